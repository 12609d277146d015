import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

/** Packages that travel whole, with their native libraries. */
const SHIPPED_WHOLE = ['onnxruntime-node', 'onnxruntime-common'];
/** The npm packages of onnxruntime leave its texts out; these are those of the same version's Python package. */
const ONNXRUNTIME = { version: '1.23.2', texts: ['onnxruntime-license.txt', 'onnxruntime-third-party.txt'] };

/**
 * The licences of the packages that a build contains, as their authors want them to travel with it.
 * `inputs` are the paths of all bundled files, as in esbuild's metafile; a package in a package counts for itself.
 * @throws Error when the licence of a package is not at hand
 */
export function thirdPartyNotices(inputs) {
  const bundled = inputs.map((path) => packageOf(resolve(path))).filter(Boolean);
  const whole = SHIPPED_WHOLE.map((name) => resolve('node_modules', name));
  const notices = new Map([...bundled, ...whole].map((folder) => [folder, notice(folder)]));
  return [...new Set(notices.values())].sort().join(`\n${'-'.repeat(80)}\n`);
}

/** The innermost package that a file belongs to. */
function packageOf(path) {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('node_modules') + 1;
  return at === 0 ? undefined : parts.slice(0, at + (parts[at].startsWith('@') ? 2 : 1)).join(sep);
}

function notice(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = SHIPPED_WHOLE.includes(name) ? onnxruntimeTexts(name, version) : ownTexts(folder);
  if (texts.length === 0 && license === 'MIT') {
    const by = (typeof author === 'object' ? author.name : author) ?? `the authors of ${name}`;
    texts.push(text('mit.txt').replace('{author}', by));
  }
  if (texts.length === 0) throw new Error(`${name} ${version} brings no text of its licence (${license}).`);
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

function ownTexts(folder) {
  const names = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry));
  return names.map((entry) => readFileSync(join(folder, entry), 'utf8').trim());
}

function onnxruntimeTexts(name, version) {
  if (version !== ONNXRUNTIME.version) {
    throw new Error(`The texts in scripts/notices are those of onnxruntime ${ONNXRUNTIME.version}, not ${version}.`);
  }
  // The library's parts are named once, with the package that has the library.
  const texts = name === 'onnxruntime-node' ? ONNXRUNTIME.texts : ONNXRUNTIME.texts.slice(0, 1);
  return texts.map(text);
}

function text(file) {
  return readFileSync(join(import.meta.dirname, 'notices', file), 'utf8').trim();
}
