import assert from 'node:assert/strict';
import { runtimeTrouble } from '../../../src/engine/runtime';

describe('a machine where the native library cannot be loaded', () => {
  const trouble = (message: string, platform: string, arch = 'x64', present = (_: string) => true) => {
    const error = Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });
    return runtimeTrouble(error, platform, arch, present);
  };

  it('is told to install the Visual C++ runtime where Windows lacks a library', () => {
    const message = 'The specified module could not be found.\n\\\\?\\C:\\onnxruntime_binding.node';
    for (const arch of ['x64', 'arm64']) {
      const said = trouble(message, 'win32', arch);
      assert.match(said, /Visual C\+\+ runtime.*Install https:\/\/\S+vc_redist\.(x64|arm64)\.exe and restart/);
      assert.ok(said.includes(`vc_redist.${arch}.exe`));
      assert.ok(!said.includes('\n'));
    }
  });

  it('is told so in whatever language Windows speaks, and not where the runtime is there', () => {
    const message = 'Das angegebene Modul wurde nicht gefunden.\n\\\\?\\C:\\onnxruntime_binding.node';
    const lacks = (name: string) => trouble(message, 'win32', 'x64', (path) => !path.endsWith(`System32\\${name}`));
    assert.match(lacks('msvcp140_1.dll'), /needs the Visual C\+\+ runtime/);
    assert.match(lacks('vcruntime140.dll'), /needs the Visual C\+\+ runtime/);
    assert.match(lacks('other.dll'), /made for this platform/);
  });

  it('is told so where it has another C library, or an old one', () => {
    for (const message of [
      'Error loading shared library ld-linux-x86-64.so.2: No such file or directory',
      "/lib/libc.so.6: version `GLIBC_2.27' not found (required by libonnxruntime.so.1)",
    ]) {
      assert.match(trouble(message, 'linux'), /needs glibc 2\.27 or later/);
    }
  });

  it('is told what Inkling runs on where there is none for it', () => {
    for (const [platform, arch] of [
      ['linux', 'arm'],
      ['win32', 'ia32'],
      ['freebsd', 'x64'],
    ]) {
      const said = trouble(`Cannot find module '../bin/napi-v6/${platform}/${arch}/binding.node'`, platform, arch);
      assert.match(
        said,
        new RegExp(`not made for this machine \\(${platform}-${arch}\\)\\. Inkling runs on Linux, macOS`),
      );
    }
  });

  it('is told to install the right Inkling otherwise, in one line', () => {
    const said = trouble('wrong architecture\n at dlopen', 'darwin', 'arm64');
    assert.match(said, /\(darwin-arm64\): wrong architecture\. Install the Inkling that is made for this platform\.$/);
  });
});
