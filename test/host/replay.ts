import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { measureSpeed } from '../../src/editor/models/speedEstimate';
import type { TestApi } from '../../src/editor/testApi';
import { synthesise, written } from '../../src/eval/trace';
import { closeAll, configure, inkling, write } from './support';
import { countWords, dictation, manuscript } from './typing/manuscript';
import { type First, firstSuggestion, replay } from './typing/replay';
import { report } from './typing/report';

/** What `npm run replay` hands over, in JSON, as `INKLING_REPLAY`. */
export interface ReplayOptions {
  readonly keystrokes: number;
  readonly wordsPerMinute: number;
  readonly seed: number;
  /** A file whose prose is typed in place of the story. */
  readonly text?: string;
  /** Settings of Inkling to type under. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the keys and answers are written, for what is measured on the page. */
  readonly recordingFile: string;
}

/** Types a trace in a long document and prints what it cost; VS Code calls it in place of the test suites. */
export async function run(): Promise<void> {
  console.log('Inkling in the extension host, under a writer');
  const options = JSON.parse(process.env.INKLING_REPLAY ?? '') as ReplayOptions;
  const extension = vscode.extensions.getExtension<{ readonly tests: TestApi }>('inkling.inkling');
  const root = extension?.extensionPath ?? '';
  await configure(options.settings);
  // A model may have to be compiled first.
  await (await extension?.activate())?.tests.engine.info();
  const api = await inkling();
  // The tests wait for as long as it takes; a writer does not.
  await configure({ 'ghostText.deadline': undefined, ...options.settings });
  const model = await api.engine.info();
  const text = manuscript(root);
  const trace = synthesise(dictation(root, options.text), options);
  const first = await firstAfterOpening(api, text, options);
  await write(text);
  const recording = await replay(api, trace);
  const load = loadavg()[0];
  await closeAll();
  const decodeMs = await measureSpeed(api.engine);
  const setting = {
    model,
    words: countWords(text),
    written: written(trace),
    decodeMs,
    cores: availableParallelism(),
    load,
    first,
  };
  const { keys, shown } = recording;
  writeFileSync(options.recordingFile, JSON.stringify({ keys, shown, origin: performance.timeOrigin }));
  console.log(report(recording, setting));
}

/** Opens the document, waits until the model has read ahead, and times the first suggestion of all. */
async function firstAfterOpening(api: TestApi, text: string, { settings }: ReplayOptions): Promise<First | undefined> {
  await configure({ ...settings, 'ghostText.triggerRate': 1, 'ghostText.deadline': undefined });
  await write(text);
  for (let runs = -1, stats = await api.engine.stats(); stats.runs !== runs || stats.active > 0; ) {
    runs = stats.runs;
    await sleep(REST_MS);
    stats = await api.engine.stats();
  }
  const first = await firstSuggestion(api, 'T');
  await closeAll();
  await configure({ 'ghostText.triggerRate': undefined, ...settings });
  return first;
}

/** In which nothing was run: the model has read what it was given. */
const REST_MS = 1_000;
