import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { LocalEngine } from '../../src/engine/localEngine';
import { cacheFolder, compiledFolder } from '../../src/gpt2/compiledCache';
import { PRECISIONS, type Precision } from '../../src/gpt2/precision';
import { catalogue, findInCatalogue } from '../../src/store/catalogue';
import { formatBytes } from '../../src/store/format';
import { sha256OfFile } from '../../src/store/hub/checksum';
import { fetchModel } from '../../src/store/hub/fetchModel';
import { Hub, hubFromEnvironment } from '../../src/store/hub/hub';
import { proxyFromEnvironment } from '../../src/store/hub/proxy';
import { ROOT } from '../targets';
import { compare, passes } from './agreement';
import type { Oracles } from './cases';
import { record } from './record';
import { table } from './report';

interface Options {
  readonly model: string;
  readonly precision: readonly Precision[];
  readonly oracles?: string;
  readonly record?: string;
}

const data = join(ROOT, 'test/data/oracles');
const defaultModel = join(ROOT, 'models/default');

/** Compares a model with everything that is publicly known of it, in each precision, and prints a table. */
async function verify(options: Options): Promise<void> {
  const folder = await modelFolder(options.model);
  if (options.record !== undefined) {
    const like: Oracles = JSON.parse(await readFile(join(data, 'gpt2.json'), 'utf8'));
    const engine = await LocalEngine.open(await compiledFolder(folder, 'fp32'));
    const recorded = await record(engine.model, options.record, like);
    await engine.dispose();
    const lines = recorded.cases.map((one) => JSON.stringify(one)).join(',\n');
    const text = `{"model":${JSON.stringify(recorded.model)},"cases":[\n${lines}\n]}\n`;
    await writeFile(join(data, `${options.record}.json`), text);
    console.log(`Recorded ${recorded.cases.length} cases.`);
    return;
  }
  const name = options.oracles ?? (await oraclesFor(folder));
  const oracles: Oracles = JSON.parse(await readFile(join(data, `${name}.json`), 'utf8'));
  console.log(`${folder} against ${oracles.cases.length} cases of ${oracles.model}\n`);
  const results = [];
  for (const precision of options.precision) {
    const engine = await LocalEngine.open(await compiledFolder(folder, precision));
    results.push({ precision, groups: await compare(engine.model, oracles, precision) });
    await engine.dispose();
  }
  console.log(table(results));
  const agree = results.every(({ precision, groups }) => groups.every((group) => passes(group, precision)));
  console.log(agree ? '\nEverything agrees.' : '\nThis model differs from what is known of it.');
  process.exitCode = agree ? 0 : 1;
}

/** The folder itself, or where the hub's files went. */
async function modelFolder(model: string): Promise<string> {
  if (await stat(model).catch(() => undefined)) {
    return model;
  }
  const known = findInCatalogue(model);
  const hub = new Hub({ ...hubFromEnvironment(process.env), agent: proxyFromEnvironment });
  const { folder } = await fetchModel(hub, join(cacheFolder(), '..', 'downloads'), {
    repo: known?.id ?? model,
    known,
    precision: 'fp32',
    onBytes: showBytes,
  });
  return folder;
}

let shown = -1;

function showBytes(done: number, total: number): void {
  const percent = Math.floor((100 * done) / total);
  if (process.stderr.isTTY && percent !== shown) {
    shown = percent;
    process.stderr.write(`\r${formatBytes(done)} of ${formatBytes(total)} ${percent === 100 ? '\n' : ''}`);
  }
}

/** The SHA-256 of each file of weights in a folder, joined; one file's is the one that its hub tells. */
async function hashes(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort();
  return (await Promise.all(names.map((name) => sha256OfFile(join(folder, name))))).join();
}

/** Which oracles speak of these weights. */
async function oraclesFor(folder: string): Promise<string> {
  const found = await hashes(folder);
  if (found === catalogue.find(({ id }) => id === 'openai-community/gpt2')?.weights.sha256) {
    return 'gpt2';
  }
  if (found === (await hashes(defaultModel))) {
    return 'default';
  }
  throw new Error('No oracles are known for these weights; name some with --oracles gpt2 or --oracles default.');
}

new Command('verify')
  .description('Compares a model with everything that is publicly known of its outputs.')
  .requiredOption('--model <folder or hub id>', 'config.json with model.safetensors, or owner/name to download')
  .option('--precision <list>', 'precisions to try', (list) => list.split(',').map(precision), [...PRECISIONS])
  .option('--oracles <name>', 'file of test/data/oracles; found by the weights unless told')
  .option('--record <name>', "write the model's own answers down as test/data/oracles/NAME.json instead")
  .action(verify)
  .parseAsync()
  .catch((error: Error) => {
    console.error(`verify: ${error.message}`);
    process.exitCode = 1;
  });

function precision(text: string): Precision {
  const found = PRECISIONS.find((name) => name === text);
  if (!found) {
    throw new Error(`${text} is no precision (${PRECISIONS.join(', ')}).`);
  }
  return found;
}
