import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../scripts/targets';
import { gpt2Config, writeRandomModel } from '../bench/model';
import { writeWidenedTo } from '../bench/widen';
import type { ReplayOptions } from '../host/replay';
import { delays } from '../host/typing/onScreen';
import type { Recording } from '../host/typing/replay';
import { spread } from '../host/typing/report';
import { ghostTextOnPage } from './ghostTextOnPage';
import { runInWorkbench } from './hostWorkbench';

const WIDENED = 'gpt2-small-widened';

const USAGE = `npm run replay [-- OPTIONS]: types a long text under Inkling in a real VS Code, and prints what it cost.
  --model FOLDER    a GPT-2 to use; default: the bundled model. \`gpt2-small\` stands for random weights of its shape,
                    \`gpt2-small-widened\` for the bundled model widened to it, which says the same at GPT-2's cost
  --widen FOLDER    the model to widen in place of the bundled one
  --positions N     tokens that the widened model reads; default: what the model that is widened reads. Beyond those it
                    costs what a longer context costs, and says hardly anything
  --text FILE       a text to type: .md, .txt, or JSON lines with a "text"; default: a story
  --precision NAME  fp32, q8 (the default) or q4
  --tokens N        longest suggestion; default: the setting's
  --without-memory  nothing is known of the writer's own texts
  --full            every suggestion runs to its full length, however unsure the model is
  --keystrokes N    default: 520
  --wpm N           words a minute, default: 80
  --seed N          of the trace, default: 1`;

/** The options of the command line as settings of Inkling and of the trace. */
async function readOptions(): Promise<Omit<ReplayOptions, 'recordingFile'> | undefined> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      model: string,
      widen: string,
      positions: string,
      text: string,
      precision: string,
      tokens: string,
      full: { type: 'boolean' },
      'without-memory': { type: 'boolean' },
      keystrokes: { ...string, default: '520' },
      wpm: { ...string, default: '80' },
      seed: { ...string, default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const { model, widen, positions, text, precision = 'q8', tokens, full, keystrokes, wpm, seed } = values;
  const settings: Record<string, unknown> = { 'model.precision': precision };
  if ((widen || positions) && model !== WIDENED) {
    throw new Error(`--widen and --positions go with --model ${WIDENED}.`);
  }
  if (model) settings['model.path'] = await folderOf(model, widen, positions);
  if (tokens) settings['ghostText.maxTokens'] = Number(tokens);
  if (values['without-memory']) settings['memory.sources'] = 'off';
  if (full) Object.assign(settings, { 'ghostText.triggerRate': 1, 'ghostText.minWordConfidence': 0 });
  return {
    keystrokes: Number(keystrokes),
    wordsPerMinute: Number(wpm),
    seed: Number(seed),
    settings,
    ...(text && { text: resolve(text) }),
  };
}

async function folderOf(model: string, widen = join(ROOT, 'models/default'), positions?: string): Promise<string> {
  if (model === 'gpt2-small') return randomGpt2();
  return model === WIDENED ? widenedGpt2(resolve(widen), positions) : resolve(model);
}

/** GPT-2 small's shape with another model's sense, made once for each: half a gigabyte. */
async function widenedGpt2(from: string, positions?: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(from, 'config.json'));
  const parts = [WIDENED, basename(from), positions ?? 'own', size, Math.round(mtimeMs)];
  const folder = join(ROOT, 'out/replay', parts.join('-'));
  await writeWidenedTo('small', from, folder, positions === undefined ? undefined : Number(positions));
  return folder;
}

/** Weights of no meaning, made once: half a gigabyte. */
async function randomGpt2(): Promise<string> {
  const folder = join(ROOT, 'out/replay/gpt2-small');
  await writeRandomModel(folder, gpt2Config('small'), 1);
  return folder;
}

async function main(): Promise<number> {
  const options = await readOptions();
  if (!options) {
    console.log(USAGE);
    return 0;
  }
  const recordingFile = join(ROOT, 'out/replay/recording.json');
  await mkdir(dirname(recordingFile), { recursive: true });
  const onPage = ghostTextOnPage();
  const code = await runInWorkbench(
    'replay',
    { INKLING_REPLAY: JSON.stringify({ ...options, recordingFile }) },
    onPage,
  );
  if (code !== 0) return code;
  const recorded = JSON.parse(await readFile(recordingFile, 'utf8')) as Recorded;
  const { all, atOnce } = delays(recorded, onPage.seen, recorded.origin);
  console.log(`| key to useful word on screen, ms: p50, p90, p99 | ${spread(all, 0)} (${all.length}) |`);
  console.log(`| the same where no pause was waited for | ${spread(atOnce, 0)} (${atOnce.length}) |`);
  return 0;
}

/** What the extension host has written: times in ms since `origin`, that in ms since the epoch. */
type Recorded = Pick<Recording, 'keys' | 'shown'> & { readonly origin: number };

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
