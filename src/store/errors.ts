import { isDiskFull, writeTrouble } from '../gpt2/errors';

export type StoreErrorCode =
  | 'network'
  | 'not-found'
  | 'sign-in'
  | 'forbidden'
  | 'busy'
  | 'corrupt'
  | 'disk-full'
  | 'cannot-write'
  | 'unsupported'
  | 'self-test';

/** A problem with a model, in one or two sentences that tell the user what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The `code` of a Node system error, or of the cause that `fetch` wraps. */
export function systemCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') {
      return e.code;
    }
  }
  return undefined;
}

/** Whether a failed system call concerned `folder`, something in it, or one of its parents. */
function isAbout(folder: string, error: unknown): boolean {
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  return typeof path === 'string' && (path.startsWith(folder) || folder.startsWith(path));
}

/**
 * Runs `work`.
 * @throws StoreError with a remedy when the file system fails under `folder`; other errors of `work` unchanged
 */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    if (code !== undefined && isDiskFull(code)) {
      throw new StoreError('disk-full', writeTrouble(folder, code), { cause });
    }
    if (code !== undefined && !(cause instanceof StoreError) && isAbout(folder, cause)) {
      throw new StoreError('cannot-write', writeTrouble(folder, code), { cause });
    }
    throw cause;
  }
}
