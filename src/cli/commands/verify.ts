import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LocalEngine } from '../../engine/localEngine';
import { cacheFolder, compiledFolder } from '../../gpt2/compiledCache';
import { sha256OfFile } from '../../gpt2/fileRecords';
import { findModelFiles } from '../../gpt2/files/findModelFiles';
import { readJsonFile } from '../../gpt2/files/jsonFile';
import { PRECISIONS, type Precision } from '../../gpt2/quantise';
import { formatSeconds } from '../../store/format';
import { fetchModel } from '../../store/hub/fetchModel';
import { Hub, type HubName, hubFromEnvironment, parseHubName } from '../../store/hub/hub';
import { proxyFromEnvironment } from '../../store/hub/proxy';
import { compare, passes } from '../../verify/agreement';
import type { Oracles } from '../../verify/cases';
import { parseNumbers } from '../../verify/numbers';
import { record } from '../../verify/record';
import { table } from '../../verify/table';
import { FAILED, printJson, UsageError } from '../input';
import { compilationProgress, downloadProgress } from '../model';
import { counted, writeOutput } from '../output';

interface VerifyOptions {
  readonly model: string;
  readonly numbers?: string;
  readonly precision: readonly Precision[];
  readonly record?: string;
  readonly json?: boolean;
}

/** `verify`: compares a model with its published outputs. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('compare a model with numbers made elsewhere')
    .description(
      'Compares what a model says here with what PyTorch and transformers make of it: your own numbers (--numbers), ' +
        'which five lines of Python make (docs/verify.md), and the published outputs of models that have any. ' +
        'Exits with 1 when something differs.',
    )
    .requiredOption('--model <path or hub id>', 'a folder or file with a GPT-2, or owner/name to download')
    .option('--numbers <file>', 'JSON as docs/verify.md makes it')
    .option('--precision <list>', 'precisions to compare, with commas between them', precisions, [...PRECISIONS])
    .addOption(
      new Option('--record <file>', "write this model's own answers to the published questions down instead").conflicts(
        ['numbers', 'json'],
      ),
    )
    .option('--json', 'print {"agrees","groups":[{"precision","group",…}]}')
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const own = options.numbers === undefined ? [] : [parseNumbers(options.numbers, await readJsonFile(options.numbers))];
  const path = await localPath(options.model);
  const weights = await hashes(path);
  if (options.record !== undefined) {
    return recordAnswers(path, weights, options.model, options.record);
  }
  const known = (await publishedOracles()).filter((oracles) => oracles.weights === weights);
  const all = [...own, ...known];
  if (all.length === 0) {
    throw new UsageError(
      'No outputs are published of these weights. Make some numbers with the five lines of Python in docs/verify.md, ' +
        'and name their file with --numbers.',
    );
  }
  const cases = all.flatMap((oracles) => oracles.cases);
  const results = [];
  for (const precision of options.precision) {
    const engine = await open(path, precision);
    results.push({ precision, groups: await compare(engine.model, { model: options.model, cases }, precision) });
    await engine.dispose();
  }
  const agrees = results.every(({ precision, groups }) => groups.every((group) => passes(group, precision)));
  if (options.json) {
    printJson({
      agrees,
      groups: results.flatMap(({ precision, groups }) => groups.map((each) => ({ precision, ...each }))),
    });
  } else {
    const verdict = agrees ? 'Everything agrees.' : 'This model differs from what is known of it.';
    process.stdout.write(`${options.model} against ${cases.length} cases\n\n${table(results)}\n\n${verdict}\n`);
  }
  process.exitCode = agrees ? 0 : FAILED;
}

async function recordAnswers(path: string, weights: string, model: string, file: string): Promise<void> {
  const [like] = await publishedOracles();
  const engine = await open(path, 'fp32');
  const { cases } = await record(engine.model, model, like);
  await engine.dispose();
  const lines = cases.map((one) => JSON.stringify(one)).join(',\n');
  const head = `"model":${JSON.stringify(model)},"weights":${JSON.stringify(weights)}`;
  writeOutput(file, `{${head},"cases":[\n${lines}\n]}\n`);
  process.stderr.write(`Recorded ${counted(cases.length, 'case')} in ${file}.\n`);
}

async function open(path: string, precision: Precision): Promise<LocalEngine> {
  const onProgress = compilationProgress(`Compiling ${path} to ${precision}, which is needed once`);
  return LocalEngine.open(await compiledFolder(path, precision, cacheFolder(), { onProgress }));
}

/** The path itself, or the folder of the files downloaded from the hub. */
async function localPath(model: string): Promise<string> {
  if (existsSync(model)) {
    return model;
  }
  const name = hubName(model);
  const hub = new Hub({ ...hubFromEnvironment(process.env), agent: proxyFromEnvironment });
  const { folder } = await fetchModel(hub, join(cacheFolder(), '..', 'downloads'), name, {
    precision: 'fp32',
    onBytes: downloadProgress(),
    onWait: (reason, ms) => process.stderr.write(`${reason} Trying again in ${formatSeconds(ms / 1000)}.\n`),
  });
  return folder;
}

function hubName(model: string): HubName {
  try {
    return parseHubName(model);
  } catch {
    throw new UsageError(
      `--model ${model}: there is no such folder or file, and a model on the hub is called owner/name or owner/name@revision.`,
    );
  }
}

/** Recorded outputs of models, published ones first; loaded lazily. */
async function publishedOracles(): Promise<Oracles[]> {
  const [gpt2, ours] = await Promise.all([
    import('../../../models/oracles/gpt2.json'),
    import('../../../models/oracles/default.json'),
  ]);
  return [gpt2.default, ours.default] as unknown as Oracles[];
}

/**
 * The SHA-256 of each file of weights, joined in the order of their names; for a single file this is the hub's own
 * hash.
 */
async function hashes(path: string): Promise<string> {
  const { weights } = await findModelFiles(path);
  return (await Promise.all([...weights].sort().map((file) => sha256OfFile(file)))).join();
}

function precisions(list: string): Precision[] {
  return list.split(',').map((name) => {
    const found = PRECISIONS.find((precision) => precision === name);
    if (!found) {
      throw new InvalidArgumentError(`${name} is no precision (${PRECISIONS.join(', ')}).`);
    }
    return found;
  });
}
