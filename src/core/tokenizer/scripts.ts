/** Unicode's names of scripts, as regular expressions know them (ISO 15924 and Scripts.txt). */
const SCRIPTS =
  'Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo ' +
  'Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Common Coptic ' +
  'Cuneiform Cypriot Cyrillic Deseret Devanagari Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian Glagolitic ' +
  'Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited ' +
  'Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer Khojki ' +
  'Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Malayalam Mandaic Manichaean Marchen ' +
  'Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean ' +
  'New_Tai_Lue Newa Nko Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian ' +
  'Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician ' +
  'Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sora_Sompeng Sundanese ' +
  'Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh ' +
  'Tirhuta Ugaritic Vai Warang_Citi Yi';

const known = new Map<number, string | undefined>();
let tests: readonly (readonly [string, RegExp])[] | undefined;

/**
 * The script of a character as the pre-tokenizer `UnicodeScripts` sees it: the Japanese scripts are one with Han, a
 * space has none, and neither has what Unicode 9, which it was made from, does not know.
 */
export function scriptOf(codePoint: number): string | undefined {
  if (known.has(codePoint)) return known.get(codePoint);
  const script = lookUp(codePoint);
  if (known.size > 10_000) known.clear();
  known.set(codePoint, script);
  return script;
}

function lookUp(codePoint: number): string | undefined {
  if (codePoint === 0x20) return undefined;
  if (codePoint === 0x30fc) return 'Han';
  tests ??= SCRIPTS.split(' ').map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);
  const character = String.fromCodePoint(codePoint);
  const script = tests.find(([, test]) => test.test(character))?.[0];
  return script === 'Hiragana' || script === 'Katakana' ? 'Han' : script;
}
