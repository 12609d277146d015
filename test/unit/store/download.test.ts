import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writingTo } from '../../../src/store/errors';
import { askFacts, type DownloadOptions, download } from '../../../src/store/hub/download';
import { redirectTarget } from '../../../src/store/hub/http';
import { Hub, type HubOptions } from '../../../src/store/hub/hub';
import { noise, sha256, useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';

const content = noise(300_000);
const file = { repo: 'owner/name', revision: 'main', path: 'model.safetensors' };
const quick = { backoffMs: 1 };

describe('downloading a file from the hub', () => {
  const folder = useTemporaryFolder();
  let server: HubServer;
  beforeEach(async () => {
    server = await HubServer.start();
    server.add(file.repo, file.path, content);
  });
  afterEach(() => server.stop());

  const target = () => join(folder(), 'models', 'model.safetensors');
  const fetchFile = async (options: DownloadOptions = {}, hubOptions: HubOptions = {}) => {
    const hub = new Hub({ endpoint: server.endpoint, ...hubOptions });
    const facts = await askFacts(hub, file, { ...quick, ...options });
    return download(hub, file, facts, target(), { ...quick, ...options });
  };
  const refused = (code: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
  const exists = (path: string) => stat(path).then(Boolean, () => false);

  it('leaves the checked file and nothing else', async () => {
    const result = await fetchFile();
    assert.deepEqual(result, { bytes: content.length, sha256: sha256(content) });
    assert.deepEqual(await readFile(target()), content);
    assert.deepEqual(await readdir(join(folder(), 'models')), ['model.safetensors']);
  });

  it('comes out bit-identical however often and wherever the connection is cut', async () => {
    const points = Array.from({ length: 25 }, (_, i) => noise(4, i + 7).readUInt32LE() % 20_000);
    server.faults.cutAfter = [0, 1, ...points];
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
    assert.equal(server.faults.cutAfter.length, 0, 'every cut happened');
    assert.ok(server.transfers().length > 27);
    assert.equal(server.bytesSent, content.length, 'no byte travelled twice');
  });

  it('is cut at any byte, given up, and taken up again by the next run', async () => {
    for (let i = 0; i < 20; i++) {
      const cut = noise(4, i + 100).readUInt32LE() % 14_000;
      server.faults.cutAfter = [cut];
      await assert.rejects(fetchFile({ attempts: 1 }), refused('network', /is kept/));
    }
    const before = (await stat(`${target()}.part`)).size;
    assert.ok(before > 0);
    server.bytesSent = 0;
    await fetchFile();
    assert.equal(server.bytesSent, content.length - before, 'only the rest was asked for');
    assert.deepEqual(await readFile(target()), content);
    assert.equal(server.transfers().at(-1)?.headers['if-range'], '"storage-1"');
  });

  it('starts over where the storage has another version by now', async () => {
    server.faults.cutAfter = [1000];
    await assert.rejects(fetchFile({ attempts: 1 }));
    server.faults.tag = () => '"storage-2"';
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
  });

  it('starts over when the hub promises other content than it did for the part', async () => {
    server.faults.cutAfter = [1000];
    await assert.rejects(fetchFile({ attempts: 1 }));
    const other = noise(200_000, 9);
    server.add(file.repo, file.path, other);
    await fetchFile();
    assert.deepEqual(await readFile(target()), other);
  });

  it('does not trust a part whose record is torn', async () => {
    server.faults.cutAfter = [1000];
    await assert.rejects(fetchFile({ attempts: 1 }));
    await writeFile(`${target()}.part.json`, '{"bytes": 300');
    await writeFile(`${target()}.part`, noise(1000, 5));
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
  });

  it('copes with a server that ignores Range', async () => {
    server.faults.ignoreRange = true;
    server.faults.cutAfter = [100_000];
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
  });

  it('gives up on a server that ignores Range and always cuts at the same place', async () => {
    server.faults.ignoreRange = true;
    server.faults.cutAfter = Array(50).fill(5000);
    await assert.rejects(fetchFile({ attempts: 3 }), refused('network', /closed the connection early|was cut/));
    assert.equal(server.transfers().length, 3, 'no attempt after the first got any further');
  });

  it('resumes a damaged part into a clear refusal, and then from nothing', async () => {
    server.faults.cutAfter = [1000];
    await assert.rejects(fetchFile({ attempts: 1 }));
    await writeFile(`${target()}.part`, noise(1000, 5));
    await assert.rejects(fetchFile(), refused('corrupt', /wrong content.*thrown away/));
    assert.equal(await exists(`${target()}.part`), false);
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
  });

  it('refuses wrong bytes of the right length and throws them away', async () => {
    server.faults.replace = (whole) =>
      Buffer.concat([whole.subarray(0, -1), Buffer.from([whole[whole.length - 1] ^ 1])]);
    await assert.rejects(fetchFile(), refused('corrupt', /wrong content/));
    assert.deepEqual(await readdir(join(folder(), 'models')), []);
  });

  for (const [how, replace] of [
    ['shorter', (whole: Buffer) => whole.subarray(1)],
    ['longer', (whole: Buffer) => Buffer.concat([whole, Buffer.from('x')])],
  ] as const) {
    it(`refuses a file that is ${how} than promised`, async () => {
      server.faults.replace = replace;
      await assert.rejects(fetchFile(), refused('corrupt', /wrong length/));
      assert.deepEqual(await readdir(join(folder(), 'models')), []);
    });
  }

  it('refuses before a byte travels when the hub promises other content than the catalogue', async () => {
    await assert.rejects(
      fetchFile({ pinnedSha256: sha256(noise(10)) }),
      refused('corrupt', /not the one Inkling knows/),
    );
    assert.equal(server.transfers().length, 0);
  });

  for (const [status, code, message] of [
    [401, 'sign-in', /HF_TOKEN/],
    [403, 'forbidden', /terms/],
    [404, 'not-found', /has no owner\/name/],
  ] as const) {
    it(`says what ${status} means, without asking again`, async () => {
      server.faults.statuses = [{ status }];
      await assert.rejects(fetchFile(), refused(code, message));
      assert.equal(server.requests.length, 1);
    });
  }

  it('goes on after 429, a little later where it asks for a pause of no length', async () => {
    const waits: [string, number][] = [];
    server.faults.statuses = [{ status: 429, headers: { 'retry-after': '0' } }, { status: 503 }];
    await fetchFile({ onWait: (reason, ms) => waits.push([reason, ms]) });
    assert.deepEqual(
      waits.map(([reason]) => reason.replace(/127.0.0.1:\d+/, 'H')),
      ['H asks for a pause (429).', 'H has a problem (503).'],
    );
    assert.equal(waits[0][1], 1);
    assert.deepEqual(await readFile(target()), content);
  });

  it('backs off while the hub says that a quota is used up and filled again at once', async () => {
    const waits: number[] = [];
    server.faults.statuses = Array(8).fill({
      status: 429,
      headers: { ratelimit: '"api";r=9;t=99, "resolvers";r=0;t=0' },
    });
    await fetchFile({ attempts: 9, onWait: (_, ms) => waits.push(ms) });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128]);
  });

  for (const [name, value] of [
    ['retry-after', '600'],
    ['ratelimit', '"resolvers";r=0;t=600'],
  ]) {
    it(`waits ten minutes where ${name} says so, tells it, and can be cancelled meanwhile`, async () => {
      server.faults.statuses = [{ status: 429, headers: { [name]: value } }];
      const cancel = new AbortController();
      const waits: number[] = [];
      const onWait = (_: string, ms: number) => {
        waits.push(ms);
        setImmediate(() => cancel.abort());
      };
      await assert.rejects(fetchFile({ signal: cancel.signal, onWait }), { name: 'AbortError' });
      assert.deepEqual(waits, [600_000]);
    });
  }

  it('does not wait for more than an hour', async () => {
    server.faults.statuses = [{ status: 429, headers: { 'retry-after': '7200' } }];
    await assert.rejects(fetchFile(), refused('network', /left alone for 2 h/));
  });

  for (const [what, answer, code, message] of [
    [
      'an expired token',
      { status: 401, 'x-error-message': 'Invalid credentials in Authorization header' },
      'sign-in',
      /does not take the access token \("Invalid credentials in Authorization header"\).*expired/,
    ],
    ['an expired token without a reason', { status: 401 }, 'sign-in', /does not take the access token: .*expired/],
    [
      'a name that nobody has, or a private model',
      { status: 401, 'x-error-code': 'RepoNotFound' },
      'sign-in',
      /Check the name/,
    ],
    ['terms to accept', { status: 403, 'x-error-code': 'GatedRepo' }, 'forbidden', /accept its terms/],
    [
      'a token without the right',
      { status: 403, 'x-error-message': 'Your token has no "read" scope.' },
      'forbidden',
      /refuses owner\/name \("Your token has no "read" scope"\)\.$/,
    ],
    ['a firewall before the hub', { status: 403 }, 'forbidden', /firewall or proxy may block it/],
    [
      'a revision that there is not',
      { status: 404, 'x-error-code': 'RevisionNotFound' },
      'not-found',
      /no revision main of owner\/name/,
    ],
    ['a model that there is not', { status: 404, 'x-error-code': 'RepoNotFound' }, 'not-found', /no model owner\/name/],
    [
      'words from outside',
      { status: 418, 'x-error-message': `a\tb ${'x'.repeat(500)}` },
      'network',
      /answered 418.*\("a b x{196}"\)\.$/,
    ],
  ] as const) {
    it(`judges by the headers too: ${what}`, async () => {
      const { status, ...headers } = answer;
      server.faults.statuses = [{ status, headers }];
      await assert.rejects(fetchFile({}, { token: 'hf_1' }), refused(code, message));
      assert.equal(server.requests.length, 1);
    });
  }

  for (const status of [401, 403, 404]) {
    it(`says which host is blocked when the storage answers ${status}`, async () => {
      server.faults.storageStatuses = [status];
      await assert.rejects(fetchFile(), (error: Error) => {
        const [host] = server.transfers().map(({ headers }) => headers.host);
        assert.ok(error.message.startsWith(`${host}, where the hub keeps owner/name`), error.message);
        assert.match(error.message, /firewall or proxy may block this host.*\*\.hf\.co/);
        return true;
      });
    });
  }

  it('takes the tag of a mirror for no checksum', async () => {
    server.faults.mirror = true;
    assert.deepEqual(await fetchFile(), { bytes: content.length, sha256: sha256(content) });
  });

  it('still resumes from a mirror that promises nothing', async () => {
    server.faults.mirror = true;
    server.faults.cutAfter = [1000];
    await assert.rejects(fetchFile({ attempts: 1 }));
    server.bytesSent = 0;
    await fetchFile();
    assert.ok(server.bytesSent < content.length);
    assert.deepEqual(await readFile(target()), content);
  });

  it('asks with GET where HEAD is refused or does not say the length', async () => {
    server.faults.mirror = true;
    for (const head of ['refused', 'without length'] as const) {
      server.faults.head = head;
      assert.equal((await fetchFile()).bytes, content.length, head);
    }
    server.faults.head = undefined;
    server.faults.statuses = [{ status: 400 }];
    assert.equal((await fetchFile()).bytes, content.length);
  });

  for (const fault of ['noContentRange', 'packed'] as const) {
    it(`starts over by itself when a resumed answer cannot be appended (${fault})`, async () => {
      server.faults[fault] = true;
      server.faults.cutAfter = [1000, 200_000];
      await fetchFile();
      assert.deepEqual(await readFile(target()), content);
    });
  }

  it('unpacks what a server packs unasked, and checks it then', async () => {
    server.faults.packed = true;
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
    server.faults.mirror = true;
    assert.equal((await fetchFile()).sha256, sha256(content), 'though its length is not known before');
    server.faults.mirror = false;
    server.faults.replace = (whole) =>
      Buffer.concat([whole.subarray(0, -1), Buffer.from([whole[whole.length - 1] ^ 1])]);
    await assert.rejects(fetchFile(), refused('corrupt', /wrong content/));
  });

  it('notices a packed body that is cut, though nobody said how long it is', async () => {
    server.faults.packed = true;
    server.faults.mirror = true;
    server.faults.cutAfter = [200_000];
    await fetchFile();
    assert.deepEqual(await readFile(target()), content);
  });

  it('refuses a commit that is none, before a folder is named after it', async () => {
    for (const commit of ['..', 'main', 'C0FFEE', `${'c'.repeat(40)}/..`]) {
      server.faults.commit = commit;
      await assert.rejects(fetchFile(), refused('network', /names a commit that is none/));
    }
  });

  for (const location of ['http://[', 'ftp://example.org/x', 'javascript:alert(1)']) {
    it(`says that a redirect to ${location} leads nowhere`, async () => {
      server.faults.location = location;
      await assert.rejects(fetchFile(), refused('network', /redirects to ".*", which is no web address/));
    });
  }

  it('never goes from https to http', () => {
    const from = new URL('https://hub.example/a/b');
    assert.equal(redirectTarget('/c?d', from).href, 'https://hub.example/c?d');
    assert.equal(redirectTarget('https://storage.example/x', from).host, 'storage.example');
    for (const location of ['http://hub.example/a/b', 'HTTP://storage.example/x']) {
      assert.throws(() => redirectTarget(location, from), refused('network', /to an unprotected address .*: refused/));
    }
  });

  it('knows a repository by its present name, whatever it was asked for', async () => {
    const hub = new Hub({ endpoint: server.endpoint });
    assert.equal((await hub.facts({ ...file, repo: 'OWNER/Name' })).repo, 'owner/name');
  });

  it('gives up on a server that keeps failing', async () => {
    server.faults.statuses = Array(10).fill({ status: 500 });
    await assert.rejects(fetchFile({ attempts: 4 }), refused('network', /problem \(500\).*try again later/));
    assert.equal(server.requests.length, 4);
  });

  it('sees a redirect loop', async () => {
    server.faults.redirectLoop = true;
    await assert.rejects(fetchFile(), refused('network', /in circles/));
    assert.ok(server.requests.length < 15);
  });

  it('gives the token to the hub and not to the storage', async () => {
    await fetchFile({}, { token: 'secret' });
    for (const { host, headers } of server.requests) {
      assert.equal(headers.authorization, host === 'hub' ? 'Bearer secret' : undefined);
    }
    assert.equal(server.transfers().length, 1);
  });

  it('lets a slow line take its time: only silence counts as a cut', async () => {
    server.add(file.repo, file.path, content.subarray(0, 2000));
    server.faults.trickle = { bytes: 100, everyMs: 40 };
    await fetchFile({ attempts: 1 }, { idleTimeoutMs: 400 });
    assert.equal(server.transfers().length, 1, 'one connection, although it took longer than the time-out');
    assert.deepEqual(await readFile(target()), content.subarray(0, 2000));
  });

  it('takes silence for a cut', async () => {
    server.faults.trickle = { bytes: 1000, everyMs: 3_600_000 };
    server.faults.ignoreRange = true;
    await assert.rejects(fetchFile({ attempts: 2 }, { idleTimeoutMs: 100 }), refused('network', /sent nothing/));
    assert.equal(server.transfers().length, 2);
  });

  it('is cancelled in the middle of a trickle and keeps what has arrived', async () => {
    server.faults.trickle = { bytes: 100, everyMs: 5 };
    const cancel = new AbortController();
    const onBytes = (done: number) => done >= 500 && cancel.abort();
    await assert.rejects(fetchFile({ signal: cancel.signal, onBytes }), { name: 'AbortError' });
    assert.ok((await stat(`${target()}.part`)).size >= 500);
    server.faults.trickle = undefined;
    server.bytesSent = 0;
    await fetchFile();
    assert.ok(server.bytesSent <= content.length - 500);
    assert.deepEqual(await readFile(target()), content);
  });

  it('asks for space before the first byte, for the file and what will be made of it', async () => {
    const free = async () => content.length + 64e6 + 999;
    await assert.rejects(fetchFile({ free, spaceBesides: 1000 }), refused('disk-full', /are needed in .*are free/));
    assert.equal(server.transfers().length, 0);
    await fetchFile({ free, spaceBesides: 999 });
  });

  it('reports a disk that fills up on the way', async () => {
    await mkdir(join(folder(), 'models'), { recursive: true });
    // Linux has a device that is always full.
    await symlink('/dev/full', `${target()}.part`);
    const promised = { bytes: content.length, checksum: { kind: 'sha256', hex: sha256(content) } };
    await writeFile(`${target()}.part.json`, JSON.stringify(promised));
    await assert.rejects(fetchFile(), refused('disk-full', /is full. Free some space/));
  });

  it('reports a disk that is full when the record beside the part is written', async () => {
    await mkdir(join(folder(), 'models'), { recursive: true });
    await symlink('/dev/full', `${target()}.part.json.${process.pid}.tmp`);
    await assert.rejects(fetchFile(), refused('disk-full', /is full. Free some space/));
  });

  it('reports storage that is read-only or not there, with what to do', async () => {
    // Node says ENOENT of a folder that cannot be made on a read-only disk.
    const gone = join(folder(), 'gone');
    await assert.rejects(
      writingTo(folder(), () => mkdir(join(gone, 'models'))),
      refused('cannot-write', /cannot write to .* \(ENOENT\)\. Check that its disk is there and that you may write/),
    );
    await assert.rejects(
      writingTo(folder(), () => readFile('/nonexistent')),
      { code: 'ENOENT' },
      'what is not about the folder stays what it was',
    );
  });

  it('reports a folder it may not write to', async () => {
    const locked = join(folder(), 'models');
    await mkdir(locked);
    await chmod(locked, 0o555);
    await asOrdinaryUser(folder(), () =>
      assert.rejects(fetchFile(), refused('cannot-write', /cannot write to .*EACCES/)),
    );
  });

  it('reports a file where the folder should be', async () => {
    await writeFile(join(folder(), 'models'), '');
    await assert.rejects(fetchFile(), refused('cannot-write', /cannot write to/));
  });
});

/** Permissions do not bind root, so for the time of the test it becomes somebody who owns the folder. */
async function asOrdinaryUser<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) {
    return work();
  }
  const nobody = 65534;
  await chmod(folder, 0o755);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
