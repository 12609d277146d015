import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SHIPPED_WHOLE = ['onnxruntime-node', 'onnxruntime-common'];

/**
 * The licences of the packages that a build contains, as their authors want them to travel with it.
 * `inputs` are the paths of all bundled files, as in esbuild's metafile.
 */
export function thirdPartyNotices(inputs) {
  const bundled = inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean);
  const names = [...new Set([...bundled, ...SHIPPED_WHOLE])].sort();
  return names.map((name) => notice(name, join('node_modules', name))).join(`\n${'-'.repeat(80)}\n`);
}

function notice(name, folder) {
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const by = typeof author === 'object' ? author.name : author;
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${license}, by ${by ?? 'its authors'}`;
  return `${name} ${version} (${license})\n\n${text}\n`;
}
