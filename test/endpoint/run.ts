import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkRecordings } from './recordings';
import { checkServer } from './server';

/*
 * `npm run test:endpoint -- URL` holds a running model server against what Inkling asks of it, `npm run test:endpoint --
 * FOLDER` plays all recorded exchanges of a folder (`*.jsonl`, one exchange a line), whole and byte by byte. The key of
 * a server comes from INKLING_SERVER_KEY.
 */

async function main(target: string | undefined): Promise<number> {
  if (target === undefined) {
    console.error('npm run test:endpoint -- URL or FOLDER');
    return 2;
  }
  const failures = URL.canParse(target)
    ? await checkServer(target, process.env.INKLING_SERVER_KEY ?? '')
    : await checkRecordings(
        readdirSync(target)
          .filter((name) => name.endsWith('.jsonl'))
          .map((name) => join(target, name)),
      );
  for (const failure of failures) console.error(`✗ ${failure}`);
  console.log(failures.length === 0 ? 'All checks passed.' : `${failures.length} checks failed.`);
  return failures.length === 0 ? 0 : 1;
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
