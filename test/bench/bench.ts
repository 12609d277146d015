import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBandwidth } from './bandwidth';
import { type Clock, type Engine, engines, fileSize, RunningEngine } from './engines';
import { FULL, type Measurement, measure, type Plan, QUICK } from './measure';
import { gpt2Config, layDown } from './model';
import { layDownForPython } from './python';
import { tables } from './report';

const ROOT = join(__dirname, '../..');
const WEIGHTS = join(ROOT, '.cache/bench');

/** `npm run bench`: Inkling, transformers.js, llama.cpp, CTranslate2 and OpenVINO on the same random weights. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      threads: { type: 'string' },
      rounds: { type: 'string' },
      bits: { type: 'string' },
      out: { type: 'string' },
      cpu: { type: 'boolean', default: false },
    },
  });
  installPeers();
  console.error(`Laying the weights down in ${WEIGHTS} (once) ...`);
  const layouts = await layDown(WEIGHTS);
  const python = layDownForPython(WEIGHTS, layouts.source);
  const all = engines(layouts, python);
  const wanted = values.bits?.split(',');
  const chosen = all.filter(({ bits }) => !wanted || bits.some((each) => wanted.includes(String(each))));
  const plan = { ...(values.quick ? QUICK : FULL), ...(values.rounds && { rounds: Number(values.rounds) }) };
  const threadCounts = (values.threads ?? (values.quick ? '2' : '1,2')).split(',').map(Number);
  const parts = [
    `Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores; ${versions()}.`,
    python ? versionsInPython() : 'CTranslate2 and OpenVINO were left out: there is no Python, or no packages for it.',
    'Medians over the rounds, the best in brackets; all engines in turn, each in a process of its own.',
    values.cpu ? 'Times are processor time: what they show is work, not waiting.' : 'Times are those of the wall.',
  ];
  for (const threads of threadCounts) parts.push(await run(chosen, threads, plan, values.cpu ? 'cpu' : 'wall'));
  const report = `${parts.join('\n\n')}\n`;
  process.stdout.write(report);
  if (values.out) writeFileSync(values.out, report);
}

async function run(chosen: readonly Engine[], threads: number, plan: Plan, clock: Clock): Promise<string> {
  const started: RunningEngine[][] = [];
  // Loaded twice, so that every engine has been loaded once with its files in the system's cache.
  for (let time = 0; time < 2; time++) {
    const running = [];
    for (const engine of chosen) running.push(await RunningEngine.start(engine, threads, clock));
    started.push(running);
    if (time === 0) for (const each of running) await each.stop();
  }
  const running = started[1];
  const bandwidth: number[] = [];
  const measured = await measure(running, plan, async () => {
    bandwidth.push(await readBandwidth(threads));
  });
  const last = await Promise.all(running.map((each) => each.run({ kind: 'prefill', ids: [464] })));
  const row = (label: string, value: (i: number) => number): Measurement => ({
    label,
    samples: new Map(running.map(({ engine }, i) => [engine.name, [value(i)]])),
  });
  const sizes = await Promise.all(chosen.map(fileSize));
  const best = Math.max(...bandwidth);
  const decode = measured.filter(({ label }) => label.startsWith('decode'));
  const shares = decode.map(
    ({ label, samples }): Measurement => ({
      label: label.replace(', ms a token', ', share of the bandwidth bound at its best'),
      noRatio: true,
      samples: new Map(
        running.map(({ engine }, i) => {
          const bytes = bytesRead(sizes[i] * 1e6, engine, Number(/\d+/.exec(label)?.[0]));
          return [engine.name, [bytes / best / (Math.min(...(samples.get(engine.name) ?? [])) / 1000)]];
        }),
      ),
    }),
  );
  for (const each of running) await each.stop();
  return [
    `## ${threads} thread${threads === 1 ? '' : 's'}`,
    `Memory is read at ${(best / 1e9).toFixed(1)} GB/s, the best of one measurement a round; the least was ` +
      `${(Math.min(...bandwidth) / 1e9).toFixed(1)}.`,
    tables(chosen, [
      ...measured,
      ...shares,
      row('load, until the first token, ms', (i) => Math.min(...started.map((times) => times[i].loadTime))),
      row('memory once loaded, MB', (i) => running[i].loaded.megabytes),
      row('peak memory, MB', (i) => last[i].peakMegabytes),
      row('file, MB', (i) => sizes[i]),
    ]),
  ].join('\n\n');
}

/** What one step must read at the least: every matrix once and the cached keys and values (float16 in llama.cpp). */
function bytesRead(file: number, { kind }: Engine, context: number): number {
  const { n_embd, n_layer, n_positions, vocab_size } = gpt2Config('small');
  const positions = 4 * n_positions * n_embd;
  // The HF layout holds the embedding beside the head; a step looks up one row of it.
  const lookup = kind === 'transformers' ? (vocab_size * n_embd * file) / (file > 3e8 ? file / 4 : file) : 0;
  return file - positions - lookup + 2 * n_layer * n_embd * context * (kind === 'llama' ? 2 : 4);
}

function installPeers(): void {
  if (existsSync(join(__dirname, 'node_modules/node-llama-cpp'))) return;
  console.error('Installing the engines to compare with (once) ...');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: __dirname,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

function versions(): string {
  const version = (folder: string, name: string) =>
    `${name} ${JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version}`;
  return [
    version(ROOT, 'onnxruntime-node'),
    version(__dirname, '@huggingface/transformers'),
    version(__dirname, 'node-llama-cpp'),
  ].join(', ');
}

function versionsInPython(): string {
  const lines = readFileSync(join(__dirname, 'python/requirements.txt'), 'utf8').trim().split('\n');
  return `In Python: ${lines.map((line) => line.replace('==', ' ')).join(', ')}.`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
