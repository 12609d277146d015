import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import jsTokens from 'js-tokens';
import { checkSync } from 'recheck';

/** Rooms that meet files and what servers say instead of a writer's text. */
const OTHER_ROOMS = ['gpt2', 'store', join('core', 'tokenizer', 'read')];
/** Makes expressions from the files of tokenizers, whose work its own specs count. */
const TOKENIZER = join('src', 'core', 'tokenizer');

/** Expressions that are not linear, and the bound on the text that they are given. */
const BOUNDED: Readonly<Record<string, string>> = {
  "/'[rvl]$| ?\\p{L}+$| ?\\p{N}+$| ?[^\\p{White_Space}\\p{L}\\p{N}]+$|\\p{White_Space}+$/u": '32 units (LONGEST_TAIL)',
};

interface Found {
  readonly expression: string;
  readonly file: string;
}

const names = readdirSync('src', { recursive: true, encoding: 'utf8' });
const files = names
  .filter((name) => /\.tsx?$/.test(name) && !OTHER_ROOMS.some((room) => name.startsWith(room + sep)))
  .map((name) => join('src', name));

function expressions(): Found[] {
  return files.flatMap((file) => [...literals(file), ...putTogether(file)].map((expression) => ({ expression, file })));
}

function literals(file: string): string[] {
  const tokens = jsTokens(readFileSync(file, 'utf8'), { jsx: file.endsWith('x') });
  return Array.from(tokens).flatMap(({ type, value }) => (type === 'RegularExpressionLiteral' ? [value] : []));
}

const CONSTRUCTED = /\bnew RegExp\(/g;

/** Those that a file puts together of parts: all of them when it is loaded. */
function putTogether(file: string): string[] {
  const places = readFileSync(file, 'utf8').match(CONSTRUCTED)?.length ?? 0;
  if (places === 0 || file.startsWith(TOKENIZER)) return [];
  const made: string[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, parts, as) => {
      const expression = Reflect.construct(target, parts, as);
      made.push(String(expression));
      return expression;
    },
  });
  try {
    const path = require.resolve(join(process.cwd(), file));
    delete require.cache[path];
    require(path);
  } finally {
    globalThis.RegExp = Original;
  }
  assert.ok(made.length >= places, `${file} puts an expression together later than when it is loaded`);
  return made;
}

/** So that what is found does not hang on how busy the machine is: by itself recheck stops at a clock here and there. */
const NO_CLOCK = { timeout: null, attackTimeout: null, incubationTimeout: null, seedingTimeout: null };

/** What recheck says against an expression. */
function fault(expression: string): string | undefined {
  const end = expression.lastIndexOf('/');
  const options = { randomSeed: 0, ...NO_CLOCK };
  const found = checkSync(expression.slice(1, end), expression.slice(end + 1), options);
  if (found.status === 'safe') return undefined;
  return found.status === 'vulnerable' ? found.complexity.summary : found.status;
}

describe('regular expressions that meet a writer’s text', () => {
  const found = expressions();

  it('are found', () => {
    assert.ok(found.length > 80, `only ${found.length} were found`);
  });

  for (const file of new Set(found.map((each) => each.file))) {
    it(`in ${file} are linear: recheck counts the steps of its matcher on the worst text it can find`, () => {
      const slow = found.flatMap(({ expression, file: there }) => {
        const said = there !== file || expression in BOUNDED ? undefined : fault(expression);
        return said === undefined ? [] : [`${expression} is ${said}`];
      });
      assert.deepEqual(slow, []);
    });
  }

  it('are not excused that are gone', () => {
    for (const expression of Object.keys(BOUNDED)) {
      assert.ok(
        found.some((other) => other.expression === expression),
        expression,
      );
    }
  });

  it('are literals or made with `new`, so that all of them are checked', () => {
    assert.deepEqual(
      files.filter((file) => {
        const text = readFileSync(file, 'utf8').replaceAll(CONSTRUCTED, '');
        return !file.startsWith(TOKENIZER) && /\bRegExp\(/.test(text);
      }),
      [],
    );
  });
});
