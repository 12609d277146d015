import { closeSync, openSync, readSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import type { Target } from './targets';

/** A file of a packed extension. */
export interface PackedFile {
  /** Below the extension's folder. */
  readonly name: string;
  readonly bytes: number;
  /** Its first bytes, enough for a binary's header. */
  readonly head: Buffer;
}

const HEAD_BYTES = 1024;
const FOLDER = 'extension/';

/** Reads a .vsix: every file of the extension in it. */
export async function readPackage(path: string): Promise<PackedFile[]> {
  const zip = await openPromise(path);
  const files: PackedFile[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.startsWith(FOLDER) || entry.fileName.endsWith('/')) continue;
      const content = await buffer(await zip.openReadStreamPromise(entry));
      const name = entry.fileName.slice(FOLDER.length);
      files.push({ name, bytes: content.length, head: content.subarray(0, HEAD_BYTES) });
    }
  } finally {
    zip.close();
  }
  return files;
}

/** The first bytes of a file. */
export function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

const EVERYWHERE = [
  /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt|\.vsixmanifest)$/,
  /^package\.nls(\.[a-z-]+)?\.json$/,
  /^l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  /^media\/[\w/-]+\.(png|svg|md)$/,
  /^docs\/images\/[\w-]+\.png$/,
  /^dist\/(\w+\.js|third-party-notices\.txt)$/,
  /^dist\/media\/\w+\.(js|css)$/,
  /^dist\/model\/.+/,
  /^dist\/node_modules\/onnxruntime-(common|node)\/(package\.json|dist\/.+\.js(on)?)$/,
];
/** Files of every package. */
export const REQUIRED = [
  'package.json',
  'package.nls.json',
  'l10n/bundle.l10n.json',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/engine.js',
  'dist/cli.js',
  'dist/media/panel.js',
];

/** What DirectML needs, which is not used: onnxruntime loads it late, and runs on the processor without. */
export const UNUSED_LIBRARIES = /^(DirectML|dxcompiler|dxil)\.dll$/;

/** What each platform's binaries are called. */
const LIBRARY: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.23.2.dylib',
  win32: 'onnxruntime.dll',
};

/** A package may grow by so much before somebody has to say that it should. */
const GROWTH = 1.02;

/** Whether a package has outgrown what the table of sizes has for it, in bytes; 0 where it has nothing. */
export function hasGrown(bytes: number, known: number): boolean {
  return bytes > known * GROWTH;
}

/** What is wrong with a package for a platform: files that are foreign or missing, binaries of another machine. */
export function faultsIn(files: readonly PackedFile[], target: Target): string[] {
  const [platform, arch] = target.split('-');
  const folder = `dist/node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/`;
  const binaries = [`${folder}onnxruntime_binding.node`, `${folder}${LIBRARY[platform]}`];
  const names = new Set(files.map(({ name }) => name));
  const isExpected = (name: string) => binaries.includes(name) || EVERYWHERE.some((pattern) => pattern.test(name));
  return [
    ...files.filter(({ name }) => !isExpected(name)).map(({ name }) => `${name} does not belong there`),
    ...[...REQUIRED, ...binaries].filter((name) => !names.has(name)).map((name) => `${name} is missing`),
    ...files
      .filter(({ name }) => binaries.includes(name))
      .flatMap(({ name, head }) => {
        const machine = machineOf(head);
        return machine === target ? [] : [`${name} is for ${machine ?? 'no known machine'}`];
      }),
  ];
}

/**
 * The platform and processor of a native library by its header, in VS Code's words: ELF (`e_machine`), Mach-O of 64 bits
 * (`cputype`), PE (`Machine`).
 */
export function machineOf(head: Buffer): string | undefined {
  if (head.length < 64) return undefined;
  if (head.readUInt32BE(0) === 0x7f454c46) return named('linux', { 62: 'x64', 183: 'arm64' }, head.readUInt16LE(18));
  if (head.readUInt32LE(0) === 0xfeedfacf) {
    return named('darwin', { 16777223: 'x64', 16777228: 'arm64' }, head.readUInt32LE(4));
  }
  const pe = head.readUInt16BE(0) === 0x4d5a ? head.readUInt32LE(60) : head.length;
  if (pe + 6 > head.length || head.readUInt32BE(pe) !== 0x50450000) return undefined;
  return named('win32', { 34404: 'x64', 43620: 'arm64' }, head.readUInt16LE(pe + 4));
}

function named(platform: string, machines: Readonly<Record<number, string>>, machine: number): string | undefined {
  const arch = machines[machine];
  return arch && `${platform}-${arch}`;
}
