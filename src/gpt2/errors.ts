import * as l10n from '@vscode/l10n';
/** A model that Inkling cannot run. The message is for the user who chose the file. */
export class UnsupportedModelError extends Error {
  override name = 'UnsupportedModelError';
}

/** Files of a compiled model were changed or damaged; it must be compiled again. */
export class DamagedModelError extends UnsupportedModelError {
  override name = 'DamagedModelError';
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Whether a system error means that the disk or the user's quota is full. */
export function isDiskFull(code: string | undefined): boolean {
  return code !== undefined && FULL.includes(code);
}

/** Describes a failed write to `folder`, with a remedy. */
export function writeTrouble(folder: string, code: string): string {
  return isDiskFull(code)
    ? l10n.t('The disk that holds {0} is full. Free some space and try again.', folder)
    : l10n.t(
        'Inkling cannot write to {0} ({1}). Check that its disk is there and that you may write to it.',
        folder,
        code,
      );
}
