/**
 * Why a file that was named cannot be read or written, to end a sentence with.
 * @param absent what to say where it, or its folder, is not there
 */
export function fileTrouble({ code, message }: NodeJS.ErrnoException, absent: string): string {
  switch (code) {
    case 'ENOENT':
      return absent;
    case 'EACCES':
    case 'EPERM':
      return 'its permissions forbid it';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    case 'EROFS':
      return 'its disk can only be read';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full';
    default:
      return message;
  }
}
