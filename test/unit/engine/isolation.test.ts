import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineArguments, FromEngine } from '../../../src/engine/process/protocol';
import { type Built, buildWithTinyModel } from '../../support/build';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';

const CALLS = 'trace=network,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,symlink';
const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe("the engine's process", () => {
  let folder: string;
  let built: Built;
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
    folder = await temporaryFolder();
    const config = tinyConfig();
    await writeModel(join(folder, 'source'), config, randomWeights(config, 1));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('opens no socket and writes nothing outside its cache folder', async function () {
    this.timeout(120_000);
    const home = join(folder, 'home');
    const cache = join(folder, 'cache');
    const trace = join(folder, 'trace');
    mkdirSync(home);
    const request: EngineArguments = {
      model: { path: join(folder, 'source'), precision: 'q8' },
      cache,
      threads: 2,
    };
    const engine = [process.execPath, join(built.folder, 'dist/engine.js'), JSON.stringify(request)];
    const [program, ...args] = hasStrace ? ['strace', '-f', '-qq', '-e', CALLS, '-o', trace, ...engine] : engine;
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: home },
    });
    assert.deepEqual(await nextMessage(child), { ready: true }, 'the model is compiled and loaded');
    child.send({ id: 1, call: 'logits', request: { text: 'The engine keeps to itself.' } });
    const answer = await nextMessage(child);
    assert.ok('result' in answer, 'a model was run');
    if (!hasStrace) assert.deepEqual(internetSockets(child.pid as number), []);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await ended;

    assert.deepEqual(readdirSync(home), [], 'nothing lands in the home folder');
    const compiled = readdirSync(cache).filter((name) => !name.endsWith('.used'));
    assert.equal(compiled.length, 1, 'the compiled model lands in the cache, with a note beside it');
    if (!hasStrace) return;
    const calls = readFileSync(trace, 'utf8').split('\n');
    assert.ok(
      calls.some((line) => line.includes('libonnxruntime')),
      'the trace sees the native library',
    );
    assert.deepEqual(calls.filter(opensSocket), []);
    assert.deepEqual(
      calls.filter((line) => writes(line) && !line.includes(cache)),
      [],
    );
  });
});

function nextMessage(child: ChildProcess): Promise<FromEngine> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The engine ended with ${code}.`)));
    child.once('message', (message) => resolve(message as FromEngine));
  });
}

/** Any call of the network family but those on the pipe to the parent, which exists before the trace begins. */
function opensSocket(line: string): boolean {
  return /^\d+ +(socket|connect|bind|listen|accept4?)\(/.test(line);
}

function writes(line: string): boolean {
  if (/= -1 E/.test(line) || line.includes('"/dev/null"')) return false;
  return /^\d+ +open(at)?\(/.test(line)
    ? /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(line)
    : /^\d+ +(creat|mkdir|mkdirat|rename\w*|unlink\w*|link|symlink)\(/.test(line);
}

/** The internet sockets of a process, where there is no tracer: from /proc on Linux, from the system's tool elsewhere. */
function internetSockets(pid: number): string[] {
  if (process.platform === 'win32') {
    const lines = execFileSync('netstat', ['-ano'], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => line.trim().endsWith(` ${pid}`));
  }
  if (process.platform !== 'linux') {
    const { stdout, error } = spawnSync('lsof', ['-nP', '-i', '-a', '-p', String(pid)], { encoding: 'utf8' });
    if (error) throw error;
    return stdout.split('\n').filter((line) => line !== '');
  }
  const inodes = new Set(
    ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/)[9]),
    ),
  );
  return readdirSync(`/proc/${pid}/fd`)
    .map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    .filter((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''));
}
