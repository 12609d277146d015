/**
 * An expression for names in any case. An accented letter may stand as one character or, as macOS writes the names of
 * files, as a letter and its accent.
 */
function names(source: string, flags = 'giu'): RegExp {
  const either = (letter: string) => {
    const parts = letter.normalize('NFD');
    return parts === letter ? letter : `(?:${letter}|${parts})`;
  };
  return new RegExp(source.replaceAll(/\P{ASCII}/gu, either), flags);
}

/** Parts of which every name below has one: they are found several times as fast as the names. */
export const IN_EVERY_NAME = names(
  'pass|pin|pw|mdp|wort|woord|l(?:ö|o)sen|has(?:ł|l)|пароль|парол|contrase|senha|heslo|salasana|(?:i|İ)fre|kh(?:ẩ|a)u|kode|jelsz|lozinka|zaporka|geslo|parool|sandi|κωδικ|סיסמ|كلم|رمز|पासवर्ड|รหัส|パス|暗証|密|口令|令牌|비밀|secret|credential|token|mnemonic|key|code|zahl|schl(?:ü|u)ssel|キー|秘密|トークン|cl(?:é|e)|jeton|clave|chave|word|phrase|frase|wallet|wörter|c(?:ó|o)digo|助|恢|备|リカバリー|バック',
  'iu',
);

/**
 * Names of passwords: what follows one is a secret whatever it looks like. The short names count only as whole words.
 */
export const PASSWORD = names(
  [
    'pass[ -]?(?:word|phrase)|pass(?:wd|code|wort|wörter)|(?<!\\p{L})(?:pass|pin|pw|mdp|clave)|pwd|kennw(?:o|ö)rt(?:er)?|geheimzahl',
    'wachtwoord|l(?:ö|o)senord|has(?:ł|l)o|hasła|парол(?:ь|и|а)|mots? de passe|contrase(?:ñ|n|ny)a|senha|palavra-passe|heslo|salasana',
    '(?<!\\p{L})(?:ş|s)(?:i|İ)fre|adgangs?kode|kodeord|passord|jelsz(?:ó|o)|m(?:ậ|a)t kh(?:ẩ|a)u|lozinka|zaporka|geslo|parool|kata sandi',
    'κωδικ(?:ό|ο)ς(?: πρ(?:ό|ο)σβασης)?|סיסמ(?:ה|ת)|كلمة (?:ال)?(?:مرور|سر)|رمز عبور|पासवर्ड|รหัสผ่าน',
    'パスワード|暗証番号|密码|密碼|口令|비밀번호',
  ].join('|'),
);

/** Names of keys, which are ordinary words too: a secret is only the value that is assigned to one. */
export const KEY = names(
  [
    'secret|credentials?|token|mnemonic|(?:api|access|auth|private|client|secret|encryption|signing|licen[cs]e|product|serial|activation|master|session|account|wpa2?|wi-?fi)[ _-]?(?:key|token|secret|code)',
    '(?:api|zugangs|zugriffs|lizenz|produkt|netzwerk|sicherheits|wlan|wpa2?)-?(?:schlüssel|schluessel)|privater schlüssel',
    "cl(?:é|e)s? (?:api|wi-?fi|wpa|secrète|privée|(?:d['’]|de |du )(?:api|accès|activation|licence|produit|wi-?fi))|jeton(?: d['’]accès)?",
    '(?:clave|chave) (?:(?:de |del |da |do )?(?:api|acceso|acesso|licencia|licença|producto|produto)|privada|secreta)',
    // Without spaces between words, the value is known by its letters.
    '(?:(?:api ?|アクセス|ライセンス|プロダクト|シークレット|セキュリティ)キー|秘密鍵|トークン|密钥|私钥|令牌)(?=\\s*[:=：]\\s*[!-~])',
  ].join('|'),
);

/** Names of the words that open a wallet, and of the codes that open an account. */
export const WORDS = names(
  '(?:seed|recovery|mnemonic|backup|secret)\\s+(?:phrase|words|codes?|keys?)|mnemonic|wallet|(?:12|24|twelve|twenty-four)\\s+words|wiederherstellungs-?(?:phrase|wörter|codes?|schlüssel)|(?:ersatz|notfall)codes?|(?:codes?|c(?:ó|o)digos?|phrase|frase|clave)\\s+(?:de\\s+)?(?:secours|récupération|recuperaci(?:ó|o)n|recuperação|respaldo|backup|semilla)|助记词|助記詞|恢复码|恢復碼|备用码|リカバリー(?:コード|フレーズ)|バックアップコード',
);
