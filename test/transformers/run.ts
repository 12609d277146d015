import { createReadStream, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '../support/randomModel';
import { type Case, CHECKS, type Check, casesFor, movedAway } from './cases';
import { type Answer, CHECK, jobFor, prepareTerminal, type Verdict } from './checks';
import { askPeer, pythonWithTorch, transformersFolder, VERSIONS } from './environment';
import { Inkling } from './inkling';

/*
 * Inkling against Hugging Face transformers, live: `npm run test:transformers [-- CASES [CHECK]]`, CASES being how many
 * seeded cases each check has. Both sides run the same random GPT-2s. The table counts what is equal; a difference is
 * printed and fails the command. The first run installs Python packages below `.cache`.
 */

const CASES = 240;

interface Outcome {
  readonly version: string;
  readonly check: Check;
  readonly verdicts: readonly Verdict[];
  /** Expected values that another version gave. */
  readonly elsewhere: boolean;
}

async function main(): Promise<boolean> {
  const count = Number(process.argv[2] ?? CASES);
  const cases = CHECKS.filter((check) => check === (process.argv[3] ?? check)).flatMap((check) =>
    casesFor(check, count),
  );
  if (!existsSync('dist/cli.js')) throw new Error('There is no build: run `npm run build`.');
  const folder = await temporaryFolder();
  const inkling = new Inkling(folder);
  try {
    const python = pythonWithTorch();
    const jobs = join(folder, 'jobs.jsonl');
    writeFileSync(jobs, (await Promise.all(cases.map((one, id) => line(inkling, one, id)))).join(''));
    prepareTerminal(inkling, cases);
    const outcomes: Outcome[] = [];
    let oldest: Map<number, Answer> | undefined;
    for (const version of VERSIONS) {
      console.log(`transformers ${version}: ${cases.length} cases …`);
      const answers = join(folder, `${version}.jsonl`);
      askPeer(python, transformersFolder(python, version), jobs, answers);
      const known = await read(answers);
      oldest ??= known;
      outcomes.push(...(await compare(inkling, version, cases, known, oldest)));
    }
    print(outcomes);
    return outcomes.every(({ verdicts }) => verdicts.every(({ is }) => is !== 'different'));
  } finally {
    await inkling.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function line(inkling: Inkling, one: Case, id: number): Promise<string> {
  return `${JSON.stringify({ id, model: await inkling.source(one.model), ids: one.ids, ...jobFor(one) })}\n`;
}

async function compare(
  inkling: Inkling,
  version: string,
  cases: readonly Case[],
  answers: ReadonlyMap<number, Answer>,
  oldest: ReadonlyMap<number, Answer>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of new Set(cases.map((one) => one.check))) {
    const verdicts: Verdict[] = [];
    for (const [id, one] of cases.entries()) {
      if (one.check !== check) continue;
      const answer = (movedAway(one) ? oldest : answers).get(id);
      const verdict = await verdictOn(inkling, one, answer);
      verdicts.push(verdict);
      if (verdict.is === 'different') {
        const { model, ids, text, config } = one;
        console.log(`\n${check}, case ${id}, transformers ${version}: ${verdict.how}`);
        console.log(JSON.stringify({ model, ids, text, config }));
      }
    }
    const elsewhere = answers !== oldest && cases.some((one) => one.check === check && movedAway(one));
    outcomes.push({ version, check, verdicts, elsewhere });
  }
  return outcomes;
}

async function verdictOn(inkling: Inkling, one: Case, answer: Answer | undefined): Promise<Verdict> {
  const { error } = (answer ?? { error: 'no answer' }) as { readonly error?: string };
  if (error !== undefined) {
    // Where everything is forbidden neither side can draw.
    const both = /probability tensor/.test(error) && (await inkling.refuses(one));
    return both ? { is: 'equal' } : { is: 'different', how: `transformers: ${error}` };
  }
  try {
    return await CHECK[one.check](inkling, one, answer as Answer);
  } catch (problem) {
    return { is: 'different', how: `Inkling: ${(problem as Error).message}` };
  }
}

async function read(file: string): Promise<Map<number, Answer>> {
  const answers = new Map<number, Answer>();
  for await (const each of createInterface({ input: createReadStream(file) })) {
    const { id, ...answer } = JSON.parse(each);
    for (const name of ['logits', 'scores', 'raw']) if (answer[name]) answer[name] = floats(answer[name]);
    if (id !== undefined) answers.set(id, answer);
  }
  return answers;
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function print(outcomes: readonly Outcome[]): void {
  console.log(
    `\n| check | transformers | cases | equal | ties | different |\n| --- | --- | ---: | ---: | ---: | ---: |`,
  );
  for (const { version, check, verdicts, elsewhere } of outcomes) {
    const of = (is: Verdict['is']) => verdicts.filter((verdict) => verdict.is === is).length;
    const from = elsewhere ? `${version}, but for what only ${VERSIONS[0]} has` : version;
    console.log(`| ${check} | ${from} | ${verdicts.length} | ${of('equal')} | ${of('tie')} | ${of('different')} |`);
  }
}

main().then(
  (equal) => {
    process.exitCode = equal ? 0 : 1;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
