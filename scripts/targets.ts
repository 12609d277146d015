import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the repository lies. */
export const ROOT = join(__dirname, '..');

/** The platforms that onnxruntime-node ships a binary for, by VS Code's names. */
export const TARGETS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'] as const;

export type Target = (typeof TARGETS)[number];

/** Checks a name given by a person. */
export function parseTarget(name: string): Target {
  const target = TARGETS.find((known) => known === name);
  if (!target) throw new Error(`There is no target "${name}". The targets are ${TARGETS.join(', ')}.`);
  return target;
}

/** The target of this machine. */
export function thisTarget(): Target {
  return parseTarget(`${process.platform}-${process.arch}`);
}

/** Where `npm run package` puts the extension for a target. */
export function vsixPath(target: Target): string {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return join(ROOT, `${name}-${target}-${version}.vsix`);
}
