import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Suggester } from '../../src/editor/ghostText/suggester';
import { readAddress } from '../../src/engine/endpoint/address';
import { EndpointEngine } from '../../src/engine/endpoint/endpointEngine';
import { synthesise } from '../../src/eval/trace';
import { StandInServer } from '../support/standInServer';

/*
 * `npm run bench:endpoint`: 1 to 64 writers type at once, each through the editor's own suggester and client, at a
 * stand-in for a model server with a stated service time. What it shows is the client's part: that requests which are
 * taken back cost nothing, and that nobody starves. How fast a server is, it does not show.
 */

const WRITERS = [1, 2, 4, 8, 16, 32, 64];
const KEYS = 40;
const WORDS_PER_MINUTE = 80;
/** Those of an 8-billion model on one H100: docs/team-server.md. */
const SERVICE = { slots: 16, readMs: 1, writeMs: 9 };
const MOST_TOKENS = 16;
/** VS Code's own debounce, and the deadline of ghost text. */
const DEBOUNCE_MS = 50;
const DEADLINE_MS = 150;

interface Figures {
  /** From the request to the answer, in ms, of those that were not taken back. */
  readonly waits: number[];
  taken: number;
  asked: number;
}

async function connect(url: string): Promise<EndpointEngine> {
  const engine = new EndpointEngine({ address: readAddress(url, false), key: '', model: '' });
  await engine.info();
  return engine;
}

async function type(engine: EndpointEngine, text: string, seed: number): Promise<Figures> {
  const suggester = new Suggester(engine);
  const figures: Figures = { waits: [], taken: 0, asked: 0 };
  const running: Promise<void>[] = [];
  let before = text.slice(0, 600);
  let controller = new AbortController();
  const options = { keystrokes: KEYS, wordsPerMinute: WORDS_PER_MINUTE, seed, jumps: false };
  for (const key of synthesise(text.slice(600, 2_000), options)) {
    await after(key.pauseMs);
    before = apply(before, key);
    controller.abort();
    controller = new AbortController();
    suggester.typed(before);
    const { signal } = controller;
    const query = { before, request: { prefix: before, maxTokens: MOST_TOKENS } };
    running.push(
      after(DEBOUNCE_MS).then(async () => {
        if (signal.aborted) return;
        figures.asked++;
        const began = performance.now();
        const { cached } = suggester.counts;
        await suggester.suggest(query, signal, DEADLINE_MS).then(
          // What was known already waits for no server.
          () => suggester.counts.cached === cached && figures.waits.push(performance.now() - began),
          () => void figures.taken++,
        );
      }),
    );
  }
  await Promise.all(running);
  suggester.reset();
  await engine.dispose();
  return figures;
}

function apply(before: string, key: ReturnType<typeof synthesise>[number]): string {
  if (key.kind === 'jump') return before;
  return key.kind === 'type' ? before + key.text : before.slice(0, -1);
}

async function main(): Promise<void> {
  const text = readFileSync(join(__dirname, '../data/golden-road.txt'), 'utf8');
  console.log(`${KEYS} keys a writer at ${WORDS_PER_MINUTE} words a minute; ${JSON.stringify(SERVICE)}\n`);
  console.log(
    '| writers | requests a second | hung up on | tokens a request | answer p50, p90, ms | slowest writer p90 | most at once |',
  );
  console.log('|---:|---:|---:|---:|---:|---:|---:|');
  for (const writers of WRITERS) {
    const server = await StandInServer.start({ story: text, ...SERVICE });
    const engines = await Promise.all(Array.from({ length: writers }, () => connect(server.url)));
    // What a server can do is asked once, not at each key.
    Object.assign(server.counts, { requests: 0, abandoned: 0, written: 0, mostActive: 0 });
    const began = performance.now();
    const all = await Promise.all(engines.map((engine, i) => type(engine, text, i + 1)));
    const seconds = (performance.now() - began) / 1000;
    const { requests, abandoned, written, mostActive } = server.counts;
    const waits = all.flatMap((figures) => figures.waits);
    const slowest = Math.max(...all.flatMap(({ waits }) => (waits.length > 0 ? [percentile(waits, 0.9)] : [])));
    console.log(
      `| ${writers} | ${(requests / seconds).toFixed(1)} | ${Math.round((100 * abandoned) / requests)} % | ` +
        `${(written / requests).toFixed(1)} | ${shown(percentile(waits, 0.5))}, ${shown(percentile(waits, 0.9))} | ` +
        `${shown(slowest)} | ${mostActive} |`,
    );
    await server.close();
  }
}

/** Where nobody waited for the server there is nothing to show. */
function shown(ms: number): string {
  return Number.isFinite(ms) ? String(Math.round(ms)) : '–';
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

void main();
