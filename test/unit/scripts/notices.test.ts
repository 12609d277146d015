import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { buildWithTinyModel } from '../../support/build';

describe('the third-party notices', () => {
  it('have every package that the bundles were made from, packages in packages and the native library too', async function () {
    this.timeout(120_000);
    const { folder } = await buildWithTinyModel();
    const dist = join(folder, 'dist');
    const notices = readFileSync(join(dist, 'third-party-notices.txt'), 'utf8');
    const headings = notices.split('-'.repeat(80)).map((notice) => notice.trim().split('\n')[0]);
    const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js.map'));
    const packages = new Set<string>();
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(dist, map), 'utf8')) as { sources: string[] };
      for (const source of sources) {
        const path = resolve(dirname(join(dist, map)), source);
        const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path)?.[1];
        if (found) packages.add(found);
      }
    }
    assert.ok(packages.size > 20);
    for (const path of [
      ...packages,
      ...['onnxruntime-node', 'onnxruntime-common'].map((name) => join('node_modules', name)),
    ]) {
      const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      assert.ok(
        headings.some((heading) => heading.startsWith(`${name} ${version} (`)),
        `${name} ${version}`,
      );
    }
    assert.ok(headings.some((heading) => heading.startsWith('signal-exit ')));
    for (const part of ['Copyright (c) Microsoft Corporation', 'Eigen', 'protocolbuffers/protobuf', 'abseil']) {
      assert.ok(notices.includes(part), part);
    }
    for (const notice of notices.split(`\n${'-'.repeat(80)}\n`)) {
      assert.match(notice, /permission|licen[cs]e|redistribut/i, notice.slice(0, 60));
    }
  });
});
