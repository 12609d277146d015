import assert from 'node:assert/strict';
import { UnsupportedModelError } from '../../../../src/gpt2/errors';
import { type ByteSource, bufferSource } from '../../../../src/gpt2/files/byteSource';
import { findStateDict } from '../../../../src/gpt2/files/stateDict';
import { valuesOf } from '../../../../src/gpt2/files/tensor';
import { readTorchCheckpoint } from '../../../../src/gpt2/files/torchCheckpoint';
import {
  bytesOf,
  littleEndian,
  pickleOf,
  storage,
  tensor,
  text,
  torchArchive,
  torchLegacy,
  zipOf,
} from '../../../support/torchFile';

const FILE = 'pytorch_model.bin';
const open = async (bytes: Uint8Array) => findStateDict(FILE, await readTorchCheckpoint(bufferSource(FILE, bytes)));

/** Every pickle in each container. */
const CONTAINERS: readonly [string, (pickle: Uint8Array, data?: Record<string, Float32Array>) => Buffer][] = [
  [
    'zip',
    (pickle, data = {}) =>
      torchArchive(
        pickle,
        Object.fromEntries(Object.entries(data).map(([key, values]) => [key, new Uint8Array(values.buffer)])),
      ),
  ],
  ['legacy', (pickle, data) => torchLegacy(pickle, data)],
];

const NAME = 'h.0.ln_1.weight';
/** A state dict of one tensor. */
const dictOf = (value: Uint8Array) => pickleOf('}', text(NAME), value, 's');

describe('a torch checkpoint', () => {
  const data = { 0: Float32Array.from({ length: 24 }, (_, i) => i) };
  const views: readonly [what: string, offset: number, shape: number[], strides: number[], values: number[]][] = [
    ['whole', 0, [2, 3], [3, 1], [0, 1, 2, 3, 4, 5]],
    ['with an offset', 20, [4], [1], [20, 21, 22, 23]],
    ['transposed', 0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5]],
    ['in steps', 1, [2, 2], [12, 4], [1, 5, 13, 17]],
    ['expanded', 7, [2, 3], [0, 0], [7, 7, 7, 7, 7, 7]],
    ['overlapping', 0, [3, 2], [1, 1], [0, 1, 1, 2, 2, 3]],
    ['of three dimensions', 0, [2, 2, 2], [1, 12, 6], [0, 6, 12, 18, 1, 7, 13, 19]],
    ['of rows with odd strides of 1', 5, [1, 3], [99, 1], [5, 6, 7]],
    ['a scalar', 9, [], [], [9]],
    ['empty', 24, [0, 3], [3, 1], []],
  ];
  it('means the negative of what is stored where torch says so', async () => {
    const marked = (mark: string) =>
      bytesOf(tensor('0', 24, 1, [2], [2]).subarray(0, -2), '}', text('neg'), mark, 'stR');
    for (const [mark, values] of [
      ['\x88', [-1, -3]],
      ['\x89', [1, 3]],
    ] as const) {
      const { tensors } = await open(torchLegacy(dictOf(marked(mark)), data));
      const found = tensors.get(NAME);
      assert.ok(found);
      assert.deepEqual([...(await valuesOf(found))], values);
    }
  });

  for (const [container, make] of CONTAINERS) {
    it(`has its tensors read as their strides say, ${container}`, async () => {
      for (const [what, offset, shape, strides, values] of views) {
        const { tensors } = await open(make(dictOf(tensor('0', 24, offset, shape, strides)), data));
        const found = tensors.get(NAME);
        assert.ok(found);
        assert.deepEqual([...(await valuesOf(found))], values, what);
        if (shape.length > 1 && shape[0] > 1) {
          const half = values.length / shape[0];
          assert.deepEqual([...(await found.rows(1, 2))], values.slice(half, 2 * half), `${what}, its second row`);
        }
      }
    });

    it(`is refused by the name of whatever a weight does not need, ${container}`, async () => {
      const hostile: readonly [RegExp, Uint8Array][] = [
        [/posix\.system/, bytesOf('cposix\nsystem\n', text('touch x'), '\x85R')],
        [/posix\.system/, bytesOf('\x8c\x05posix\x8c\x06system\x93', text('touch x'), '\x85R')],
        [/os\.system/, bytesOf("(S'touch x'\nios\nsystem\n")],
        [/builtins\.eval/, bytesOf('cbuiltins\neval\n', text('1'), '\x85R')],
        [/__builtin__\.getattr/, bytesOf('c__builtin__\ngetattr\n(c__builtin__\n__import__\n', text('os'), '\x85RtR')],
        [/"torch\._utils "\._rebuild_tensor_v2/, bytesOf('ctorch._utils \n_rebuild_tensor_v2\n)R')],
        [/torch\._utils\._rebuild_tensor_v2\.__globals__/, bytesOf('ctorch._utils\n_rebuild_tensor_v2.__globals__\n')],
        [/Object\.constructor/, bytesOf('cObject\nconstructor\n', text('process.exit(7)'), '\x85R')],
        [/__proto__\.__proto__/, bytesOf('c__proto__\n__proto__\n')],
        [/torch\.storage\._load_from_bytes/, bytesOf('ctorch.storage\n_load_from_bytes\n', text('x'), '\x85R')],
        [/quantized tensor/, bytesOf('ctorch._utils\n_rebuild_qtensor\n')],
        [/sparse tensor/, bytesOf('ctorch._utils\n_rebuild_sparse_tensor\n')],
        [/GPT2LMHeadModel.*state_dict/, bytesOf('ctransformers.models.gpt2.modeling_gpt2\nGPT2LMHeadModel\n)\x81')],
        [/extension registry/, bytesOf('\x82\x01')],
      ];
      for (const [message, opcodes] of hostile) {
        for (const nested of [
          pickleOf(opcodes),
          pickleOf('}', text('optimizer'), ']', opcodes, 'as'),
          pickleOf('}', text(NAME), tensor('0', 24, 0, [24], [1]), 's', text('hook'), '}', text('f'), opcodes, 'ss'),
        ]) {
          await assert.rejects(open(make(nested, data)), (error: Error) => {
            assert.ok(error instanceof UnsupportedModelError, error.stack);
            assert.match(error.message, message);
            return true;
          });
        }
      }
    });
  }

  it('is found within the dictionaries of training programs', async () => {
    const weights = bytesOf('}', text('transformer.wte.weight'), tensor('0', 24, 0, [24], [1]), 's');
    const within = (...keys: string[]) =>
      keys.reduceRight((inner, key) => bytesOf('}', text('epoch'), 'K\x03s', text(key), inner, 's'), weights);
    for (const keys of [[], ['model'], ['state_dict'], ['whatever'], ['state', 'model']]) {
      const { tensors } = await open(torchArchive(pickleOf(within(...keys)), { 0: new Uint8Array(96) }));
      assert.deepEqual([...tensors.keys()], ['transformer.wte.weight'], keys.join('.'));
    }
    const other = bytesOf('}', text('transformer.wte.weight'), tensor('0', 24, 0, [6], [1]), 's');
    const ema = pickleOf('}', text('ema'), other, 's', text('model'), weights, 's');
    const { tensors } = await open(torchArchive(ema, { 0: new Uint8Array(96) }));
    assert.deepEqual(tensors.get('transformer.wte.weight')?.shape, [24], 'the usual name is taken');
    const pair = pickleOf('}', text('teacher'), other, 's', text('student'), weights, 's');
    await assert.rejects(
      open(torchArchive(pair, { 0: new Uint8Array(96) })),
      /more than one model \(teacher, student\)/,
    );
  });

  it('that is no state dict is refused by what it holds', async () => {
    const lone = torchArchive(pickleOf(tensor('0', 24, 0, [24], [1])), { 0: new Uint8Array(96) });
    await assert.rejects(open(lone), /tensors without names/);
    await assert.rejects(open(torchArchive(pickleOf(']K\x01a'))), /tensors without names/);
    await assert.rejects(open(torchArchive(pickleOf('}', text('state'), '}s'))), /no GPT-2 weights: it holds state/);
    await assert.rejects(open(zipOf([['archive/version', bytesOf('3\n')]])), /has no data\.pkl/);
    await assert.rejects(
      open(
        zipOf([
          ['a/code/x.py', bytesOf('')],
          ['a/data.pkl', pickleOf('}')],
        ]),
      ),
      /TorchScript/,
    );
  });

  it('may have its tensors in parameters, in a class of their own, and in dicts as Python 2 wrote them', async () => {
    const plain = tensor('0', 24, 2, [2, 3], [3, 1]);
    const inner = plain.subarray('ctorch._utils\n_rebuild_tensor_v2\n'.length, -1);
    const wraps: readonly [what: string, value: Uint8Array][] = [
      ['a parameter', bytesOf('ctorch._utils\n_rebuild_parameter\n(', plain, '\x88ccollections\nOrderedDict\n)RtR')],
      ['with a state', bytesOf('ctorch._utils\n_rebuild_parameter_with_state\n(', plain, '\x88}}tR')],
      [
        'of a class',
        bytesOf(
          'ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n',
          inner,
          '}tR',
        ),
      ],
    ];
    for (const [what, value] of wraps) {
      for (const dict of [
        dictOf(value),
        pickleOf('ccollections\nOrderedDict\n(((', text(NAME), value, 'lltR'),
        pickleOf('ccollections\nOrderedDict\n)R', text(NAME), value, 's}', text('_metadata'), '}sb'),
      ]) {
        const { tensors } = await open(torchArchive(dict, { 0: new Uint8Array(data[0].buffer) }));
        const found = tensors.get(NAME);
        assert.ok(found, what);
        assert.deepEqual([...(await valuesOf(found))], [2, 3, 4, 5, 6, 7], what);
      }
    }
  });

  it('changes no object of JavaScript, whatever its keys are called', async () => {
    const keys = ['__proto__', 'constructor', 'toString', '__defineGetter__'];
    const extra = keys.map((key) => bytesOf(text(key), '}', text('polluted'), '\x88s', 's'));
    const { tensors } = await open(
      torchArchive(pickleOf('}', ...extra, text(NAME), tensor('0', 24, 0, [24], [1]), 's'), { 0: new Uint8Array(96) }),
    );
    assert.deepEqual([...tensors.keys()], [NAME]);
    assert.equal('polluted' in {}, false);
  });

  it('costs no more than its bytes, however its objects are shared or nested', async () => {
    const doubled = Array.from({ length: 64 }, (_, i) => bytesOf(']q', i + 1, 'h', i, 'ah', i, 'a'));
    const pairs = Buffer.concat(Array.from({ length: 50_000 }, () => bytesOf('(NNl')));
    const bombs = [
      pickleOf(']q\0', ...doubled),
      pickleOf(']'.repeat(100_000), 'a'.repeat(99_999)),
      pickleOf('('.repeat(100_000), 't'.repeat(100_000)),
      pickleOf(')', '\x85'.repeat(100_000)),
      pickleOf(']q\0h\0a'),
      pickleOf('}q\0', text('model'), 'h\0s'),
      pickleOf(
        '}N',
        '\x85q\x010',
        ...Array.from({ length: 40 }, (_, n) => bytesOf('h', n + 1, 'h', n + 1, '\x86q', n + 2, '0')),
        'h\x29K\x01s',
      ),
      pickleOf('}', bytesOf('r\xff\xff\xff\xff')),
      pickleOf('X\xff\xff\xff\x7fabc'),
      bytesOf('\x80\x04\x8d', littleEndian(2 ** 52, 8), 'abc.'),
      bytesOf('\x80\x05\x96', littleEndian(2 ** 40, 8), 'abc.'),
      pickleOf('L', '9'.repeat(60_000), 'L\n'),
      pickleOf('N'.repeat(2_000_001)),
      // A call within a call within a call ...
      pickleOf(
        'ctorch._tensor\n_rebuild_from_type_v2\nq\0NN)\x87',
        'q\x01h\0Nh\x01\x87'.repeat(100_000),
        'q\x01h\0h\x01R',
      ),
      // One dict copied, and one long shape looked at, again and again.
      pickleOf('ccollections\nOrderedDict\nq\0(', pairs, 'lq\x010', 'h\0h\x01\x85R0'.repeat(100_000)),
      pickleOf('ccollections\nCounter\nq\0}(', 'NK\x01'.repeat(50_000), 'uq\x010', 'h\0h\x01\x85R0'.repeat(100_000)),
    ];
    for (const bomb of bombs) {
      let asked = 0;
      const bytes = torchArchive(bomb);
      const source = bufferSource(FILE, bytes);
      const counting: ByteSource = {
        ...source,
        read: (offset, length) => {
          asked += length;
          return source.read(offset, length);
        },
      };
      await assert.rejects(
        readTorchCheckpoint(counting).then((checkpoint) => findStateDict(FILE, checkpoint)),
        UnsupportedModelError,
      );
      // Twice the pickle, for its checksum, and what the library looks through for the directory.
      assert.ok(asked <= 2 * bomb.length + 70_000 + 1000, `${asked} bytes read for ${bomb.length}`);
    }
  });

  it('has tensors only within storages, and storages only within the file', async () => {
    const wrong: readonly [RegExp, Uint8Array, Record<string, Uint8Array>?][] = [
      [/storage offset lies beyond/, tensor('0', 4, 4, [1], [1])],
      [/stride leads beyond/, tensor('0', 4, 0, [2, 2], [1000, 1])],
      [/strides do not go with/, tensor('0', 4, 0, [2, 2], [1])],
      [/more than its storage/, tensor('0', 4, 0, [2 ** 25, 2 ** 25], [0, 0])],
      [/larger than its record/, tensor('0', 5, 0, [4], [1])],
      [/no record "data\/9"/, tensor('9', 4, 0, [4], [1])],
      [/no record "data\/\.\.\/\.\.\/outside"/, tensor('../../outside', 4, 0, [4], [1])],
      [/told of twice/, bytesOf('(', tensor('0', 4, 0, [4], [1]), tensor('0', 3, 0, [3], [1]), 't')],
      [/no storage type/, storage('0', 4, 'collections\nOrderedDict')],
      [/persistent id/, bytesOf(text('module'), '\x85Q')],
      [/arguments of _rebuild_tensor_v2/, bytesOf('ctorch._utils\n_rebuild_tensor_v2\n)R')],
      [/arguments of OrderedDict/, bytesOf('ccollections\nOrderedDict\nK\x01K\x02\x86R')],
      [
        /size is not made of whole numbers/,
        bytesOf('ctorch._utils\n_rebuild_tensor_v2\n(', storage('0', 4), 'K\0NNtR'),
      ],
    ];
    for (const [message, value, storages = { 0: new Uint8Array(16) }] of wrong) {
      await assert.rejects(open(torchArchive(dictOf(value), storages)), message);
    }
  });

  it('is refused as damaged when a record is not what its checksum says', async () => {
    const bytes = torchArchive(dictOf(tensor('0', 4, 0, [4], [1])), { 0: Buffer.from('0123456789abcdef') });
    const at = bytes.indexOf('0123456789abcdef');
    bytes[at + 3] ^= 1;
    const { tensors } = await open(bytes);
    const found = tensors.get(NAME);
    assert.ok(found);
    await assert.rejects(valuesOf(found), /checksum of its record "archive\/data\/0" is wrong/);
  });

  it('is said to be cut short wherever it is cut', async () => {
    for (const [, make] of CONTAINERS) {
      const whole = make(dictOf(tensor('0', 24, 0, [24], [1])), data);
      for (let length = 4; length < whole.length; length += 7) {
        await assert.rejects(open(whole.subarray(0, length)), /cut short/, `${length} of ${whole.length}`);
      }
    }
  });

  it('is read in parts: a row of a large matrix costs a row', async () => {
    const rows = 4096;
    const bytes = torchLegacy(dictOf(tensor('0', rows * 256, 0, [rows, 256], [256, 1])), {
      0: new Float32Array(rows * 256),
    });
    const source = bufferSource(FILE, bytes);
    const lengths: number[] = [];
    const counting: ByteSource = {
      ...source,
      read: (offset, length) => {
        lengths.push(length);
        return source.read(offset, length);
      },
    };
    const { tensors } = findStateDict(FILE, await readTorchCheckpoint(counting));
    assert.ok(Math.max(...lengths) <= 2 ** 20, 'the weights are not read to find the tensors');
    lengths.length = 0;
    await tensors.get(NAME)?.rows(17, 18);
    assert.deepEqual(lengths, [4 * 256]);
  });
});
