/**
 * Why a file cannot be read or written, as the end of a sentence.
 * @param absent used when the file or its folder does not exist
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
