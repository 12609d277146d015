import type { Command } from 'commander';
import type { CompleteRequest } from '../../core/completion/types';
import { CALIBRATION } from '../../core/ghostText/calibration';
import { isMarkdownFile } from '../../core/markdown';
import { gpt2Tokenizer } from '../../core/tokenizer';
import type { Engine } from '../../engine/api';
import { frequentBaseline, trigramBaseline } from '../../eval/baselines';
import { measureCalibration } from '../../eval/calibrate';
import { documentCases, type EvalCase, isJsonLines, readCases, sampleCases, type WritersText } from '../../eval/cases';
import { evaluate } from '../../eval/evaluate';
import { type KeyRecording, recordKeys, typeKeys, UNTYPED } from '../../eval/keys';
import { oneLine } from '../../eval/match';
import { memoryPredictor, RememberedTexts } from '../../eval/memoryPredictor';
import { splitWords, TrigramModel } from '../../eval/ngram';
import { modelPredictor, type Predictor } from '../../eval/predictor';
import { screenFigures } from '../../eval/screen';
import { tables } from '../../eval/tables';
import { integer, number, printJson, readBytes, readDocuments, readText, UsageError } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';

interface EvalCommandOptions extends ModelOptions {
  readonly train?: readonly string[];
  readonly trainWords: number;
  readonly cases: number;
  readonly typed: number;
  readonly triggerRate: number;
  readonly maxTokens?: number;
  readonly memory?: boolean;
  readonly documents?: string;
  readonly keys: number;
  readonly calibrate?: boolean;
  readonly json?: boolean;
}

/** `eval`: how useful ghost text is on held-out text. */
export function addEval(program: Command): void {
  const command = program
    .command('eval')
    .summary('measure ghost text on a held-out text')
    .description(
      'Measures suggestions at cursors in a text: exact matches, characters and keystrokes saved, and how far the ' +
        'gate can be trusted. The file holds cases, one {"prefix","target","kind","path"} a line, or prose, in which ' +
        'cursors are chosen.',
    )
    .argument('[file]', 'cases as JSON lines, or a text; .md is read as Markdown; - reads standard input')
    .option('--train <files...>', 'train the baselines on these: texts, or .bin files of 16-bit GPT-2 token ids')
    .option('--train-words <n>', 'words of training text at most', integer(1), 2_000_000)
    .option('--cases <n>', 'cursors at most', integer(1), 300)
    .option('--typed <n>', 'cases to type out for the keystroke saving rate', integer(0), 10)
    .option('--trigger-rate <share>', 'share of cursors with a suggestion behind the gate', number(0, 1), 0.3)
    .option(
      '--keys <n>',
      'keys to type as in the editor: how often there is grey text, and what it saves',
      integer(0),
      0,
    )
    .option('--calibrate', "print what the editor's gate is set by, measured on so many --keys (4000 by default)")
    .option('--max-tokens <n>', 'most tokens to suggest', integer(1))
    .option('--memory', "measure the model with a memory of the writer's texts too, on --documents")
    .option('--documents <file>', `with --memory: one writer's texts in order, one {"path","text"} a line`)
    .option('--json', 'print {"model","precision","cases","evaluations":[…]} instead of tables');
  withModelOptions(command, 'q8').action(async (file: string | undefined, options: EvalCommandOptions) => {
    const texts = await textsOf(file, options);
    const cases = texts ? documentCases(texts, options.cases) : await casesOf(file ?? '-', options.cases);
    const engine = await openEngine(options, 'q8');
    try {
      const { name, precision } = await engine.info();
      if (options.calibrate) {
        const recordings = await record(engine, cases, options.keys || CALIBRATION_KEYS, texts);
        return printJson({
          model: name,
          precision,
          keys: keysOf(recordings),
          ...(await measureCalibration(recordings)),
        });
      }
      const complete = modelPredictor(
        `${name} (${precision})`,
        (request) => engine.complete(request),
        options.maxTokens,
      );
      const remembering = texts ? [memoryPredictor(`${name} with memory`, engine, texts, options.maxTokens)] : [];
      const evaluations = [];
      for (const predictor of [complete, ...remembering, ...(await baselines(options))]) {
        evaluations.push(await evaluate(predictor, cases, { ...options, onProgress: progress(predictor) }));
      }
      const keys = options.keys > 0 ? await figures(engine, cases, options) : undefined;
      const memoryKeys = keys && texts && (await figures(engine, cases, options, texts));
      if (options.json) printJson({ model: name, precision, cases: cases.length, evaluations, keys, memoryKeys });
      else process.stdout.write(`${cases.length} cases\n\n${tables(evaluations, keys, memoryKeys)}\n`);
    } finally {
      await engine.dispose();
    }
  });
}

/** The texts of one writer, needed to measure the memory. */
async function textsOf(file: string | undefined, { memory, documents }: EvalCommandOptions) {
  if (memory !== (documents !== undefined || undefined)) {
    throw new UsageError('--memory and --documents FILE.jsonl go together.');
  }
  if (documents === undefined) {
    if (file === undefined) throw new UsageError('Name the cases or the text to measure on, or - for standard input.');
    return undefined;
  }
  if (file !== undefined) throw new UsageError('With --memory the text comes from --documents.');
  return readDocuments(documents);
}

const CALIBRATION_KEYS = 4000;
/**
 * Simulates about `keys` keystrokes, evenly over the cases, and records the suggestions.
 * @param texts the writer's texts for the memory; absent where the memory is not measured
 */
async function record(
  engine: Engine,
  cases: readonly EvalCase[],
  keys: number,
  texts?: readonly WritersText[],
): Promise<KeyRecording[]> {
  const recordings: KeyRecording[] = [];
  const remembered = texts && new RememberedTexts(engine, texts);
  const typed = evenly(cases, Math.ceil(keys / LEAST_KEYS));
  const each = Math.max(LEAST_KEYS, Math.ceil(keys / typed.length));
  for (const { prefix, target, markdown, document } of typed) {
    const count = Math.min(each, oneLine(target).length - UNTYPED);
    if (count <= 0) continue;
    const complete = async (request: CompleteRequest, written: string) => {
      if (remembered === undefined || document === undefined) return engine.complete(request);
      return engine.complete({ ...request, place: await remembered.turnTo(document, written) });
    };
    recordings.push(await recordKeys(complete, prefix + target, { from: prefix.length, count, markdown }));
    progress({ name: 'keys' })(Math.min(keys, keysOf(recordings)), keys);
  }
  if (keysOf(recordings) === 0) throw new UsageError('The cases are too short to be typed.');
  return recordings;
}

/** Minimum number of keys per case: shorter runs say little. */
const LEAST_KEYS = 100;

function keysOf(recordings: readonly KeyRecording[]): number {
  return recordings.reduce((sum, { suggestions }) => sum + suggestions.length, 0);
}

async function figures(
  engine: Engine,
  cases: readonly EvalCase[],
  { keys, triggerRate }: EvalCommandOptions,
  texts?: readonly WritersText[],
) {
  const recordings = await record(engine, cases, keys, texts);
  const { calibration = CALIBRATION } = await engine.info();
  const counts = recordings.map((recording) => typeKeys(recording, triggerRate, calibration));
  return { count: keysOf(recordings), rate: triggerRate, ...screenFigures(counts) };
}

async function casesOf(file: string, most: number): Promise<EvalCase[]> {
  const text = await readText(undefined, { file });
  if (!isJsonLines(text)) return sampleCases(text, most, isMarkdownFile(file));
  return evenly(readCases(text), most);
}

/** At most `most` cases, evenly spaced. */
function evenly(cases: readonly EvalCase[], most: number): EvalCase[] {
  const step = Math.max(1, cases.length / most);
  return Array.from({ length: Math.min(most, cases.length) }, (_, i) => cases[Math.floor(i * step)]);
}

async function baselines({ train, trainWords }: EvalCommandOptions): Promise<Predictor[]> {
  if (train === undefined) {
    process.stderr.write('No --train text: the model is measured without baselines.\n');
    return [];
  }
  const words: string[] = [];
  for (const file of train) {
    for (const word of splitWords(await trainingText(file, trainWords - words.length))) {
      if (words.length < trainWords) words.push(word);
    }
  }
  const model = new TrigramModel(words);
  return [frequentBaseline(model), trigramBaseline(model)];
}

/** Upper estimate of GPT-2 tokens per word. */
const TOKENS_PER_WORD = 2;

async function trainingText(file: string, words: number): Promise<string> {
  if (!file.endsWith('.bin')) return readText(undefined, { file });
  const bytes = readBytes(file, words * TOKENS_PER_WORD * Uint16Array.BYTES_PER_ELEMENT);
  const ids = Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) => bytes.readUInt16LE(i * 2));
  const tokenizer = gpt2Tokenizer();
  return tokenizer.decode(ids.map((id) => (id === tokenizer.endOfText ? NEWLINE : id)));
}

/** GPT-2's token for a newline; ends a document that has no word boundary. */
const NEWLINE = 198;

/** A progress line on standard error, if that is a terminal. */
function progress({ name }: Pick<Predictor, 'name'>): (done: number, of: number) => void {
  return (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${done} of ${of}${done === of ? '\n' : ''}`);
  };
}
