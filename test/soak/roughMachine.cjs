'use strict';
// Preloaded into the engine's process: a machine whose clock jumps, or whose disk is slow, full or read-only. It fails as
// the system would, with the system's codes.

const promises = require('node:fs/promises');

const { INKLING_ROUGH: kind } = process.env;
const HOUR_MS = 3_600_000;
const SLOW_MS = 20;

function failure(code, syscall, path) {
  const said = { ENOSPC: 'no space left on device', EROFS: 'read-only file system' }[code];
  return Object.assign(new Error(`${code}: ${said}, ${syscall}`), { code, syscall, ...(path && { path }) });
}

/** Calls `before` with a function's name and arguments ahead of each of these functions of an object. */
function ahead(object, names, before) {
  for (const name of names) {
    const original = object[name];
    object[name] = async function (...args) {
      await before(name, args);
      return original.apply(this, args);
    };
  }
}

/** The same for the methods of every file that is opened. */
function aheadOfHandles(names, before) {
  const { open } = promises;
  promises.open = async (...args) => {
    const handle = await open(...args);
    ahead(handle, names, before);
    return handle;
  };
}

function jumpingClock() {
  const { now } = Date;
  let calls = 0;
  const jumping = () => now() + (++calls % 2 === 0 ? HOUR_MS : -HOUR_MS);
  Date.now = jumping;
  globalThis.Date = class extends Date {
    constructor(...args) {
      super(...(args.length === 0 ? [jumping()] : args));
    }
  };
}

const WRITING = ['mkdir', 'mkdtemp', 'rename', 'rm', 'writeFile', 'copyFile', 'unlink', 'utimes', 'truncate'];

const KINDS = {
  clock: jumpingClock,
  slow() {
    const wait = () => new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    ahead(promises, ['access', 'lstat', 'open', 'readdir', 'readFile', 'realpath', 'stat', ...WRITING], wait);
    aheadOfHandles(['read', 'stat', 'sync', 'write', 'close'], wait);
  },
  full() {
    const refuse = (name) => {
      throw failure('ENOSPC', name === 'writev' ? 'write' : name);
    };
    ahead(promises, ['writeFile'], refuse);
    aheadOfHandles(['write', 'writev', 'writeFile', 'appendFile'], refuse);
  },
  readOnly() {
    const refuse = (name, [path, flags]) => {
      if (name !== 'open' || /[wa+]/.test(flags ?? 'r')) throw failure('EROFS', name, path);
    };
    ahead(promises, ['open', ...WRITING], refuse);
  },
};

if (kind in KINDS) KINDS[kind]();
else throw new Error(`There is no rough machine of the kind ${kind}.`);
