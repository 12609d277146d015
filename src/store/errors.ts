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

/** What went wrong with a model, in one sentence or two that a writer can act on. */
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

/** The `code` of a Node system error, or of the cause that `fetch` wraps one in. */
export function systemCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') {
      return e.code;
    }
  }
  return undefined;
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const refused = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR']);

/** Runs `work`; a failure of the file system under `folder` becomes a `StoreError`. */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    if (code !== undefined && full.has(code)) {
      throw new StoreError('disk-full', `The disk that holds ${folder} is full. Free some space and try again.`, {
        cause,
      });
    }
    if (code !== undefined && refused.has(code)) {
      throw new StoreError(
        'cannot-write',
        `Inkling cannot write to ${folder} (${code}). Check the folder's permissions, or choose another one.`,
        { cause },
      );
    }
    throw cause;
  }
}
