import * as l10n from '@vscode/l10n';
/** A model that is not a GPT-2 Inkling can run. The message is meant for the person who chose the file. */
export class UnsupportedModelError extends Error {
  override name = 'UnsupportedModelError';
}

/** The files of a compiled model are not what was written: it has to be made again. */
export class DamagedModelError extends UnsupportedModelError {
  override name = 'DamagedModelError';
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Whether a failed system call says that a disk, or a user's share of it, is full. */
export function isDiskFull(code: string | undefined): boolean {
  return code !== undefined && FULL.includes(code);
}

/** A failed system call on the way to a file in `folder`, in a sentence with a remedy. */
export function writeTrouble(folder: string, code: string): string {
  return isDiskFull(code)
    ? l10n.t('The disk that holds {0} is full. Free some space and try again.', folder)
    : l10n.t(
        'Inkling cannot write to {0} ({1}). Check that its disk is there and that you may write to it.',
        folder,
        code,
      );
}
