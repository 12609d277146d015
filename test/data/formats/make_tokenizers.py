"""Makes tokenizers/: small byte-level BPE tokenizers, each with what Hugging Face's tokenizers computes with it.

    python test/data/formats/make_tokenizers.py

Made with tokenizers 0.20.3. The texts that they are trained on and asked about were written for this. A tokenizer's
`vectors.json` has for each text: ids, names and offsets (in UTF-16 units) with special tokens added, ids without, and
the text that the ids decode to; `expected.json` says why a tokenizer is to be refused.
"""

import json
import shutil
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers.pre_tokenizers import ByteLevel

ROOT = Path(__file__).resolve().parent / "tokenizers"
EOT = "<|endoftext|>"
MARKS = ["<s>", "</s>", "<unk>", EOT]
PROSE = {
    "de": "Am Morgen lag Nebel über den Feldern, und die Straße war leer. „Schön“, sagte sie, „dass du früh gekommen bist.“ "
          "Er stellte die Körbe ab, öffnete das Tor und ging über den Hof. Größere Vögel saßen auf dem Dach.",
    "fr": "L’été finissait : les hirondelles étaient parties. « Déjà ? » demanda-t-il. Elle ne répondit pas ; elle regardait "
          "la forêt, où les premières feuilles tombaient. À côté d’eux, le chien dormait.",
    "ru": "Утром выпал первый снег, и дети выбежали во двор. «Смотрите», — сказала бабушка, — «зима пришла». За рекой "
          "дымились трубы, и было слышно, как звонит колокол.",
    "ja": "朝、窓を開けると、雪が降っていた。「きれいだね」と彼女は言った。コーヒーを飲みながら、ふたりは庭を見ていた。",
}
TEXTS = [
    "", " ", "Am Morgen, am Morgen", " lag  Nebel   über\n\nden\tFeldern \r\n ", "„Schön“ — l’été : « Déjà ? »", "Größe ẞ STRASSE ΑΣ İi",
    "Утром 12,5 % ½ x² Ⅳ", "朝、コーヒー", "e\u0301 a\u0323\u0308 \u212b ﬁ ①", "👩‍👩‍👧 🇩🇪 😀!", f"Ende{EOT}Anfang <s>", "du <mask> bist<mask> Tor,Torweg",
    "don't I'M 'll's", "\u00a0\u202f\u3000\u2028\x00\ufeff", "a" * 40, "snake_case (x) [1] {a: 'b'} https://x.de/?q=1&r=%20",
]


def byte_level(**options):
    return ByteLevel(**{"add_prefix_space": False, **options})


def train(*languages, size=380, marks=MARKS, alphabet=True, normalizer=None, pre=None, post=None, **model):
    tok = Tokenizer(models.BPE(**model))
    if normalizer is not None:
        tok.normalizer = normalizer
    tok.pre_tokenizer = pre or byte_level()
    tok.decoder = decoders.ByteLevel()
    if post is not None:
        tok.post_processor = post
    letters = sorted(ByteLevel.alphabet()) if alphabet else []
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=marks, show_progress=False, initial_alphabet=letters)
    tok.train_from_iterator([PROSE[language] for language in languages or ("de", "fr")], trainer)
    return tok


def with_added(tok, *tokens):
    tok.add_tokens(list(tokens))
    return tok


def before(*parts, **options):
    return pre_tokenizers.Sequence([*parts, byte_level(**options)])


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(pattern, behavior, invert)


TEMPLATE = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B", special_tokens=[("<s>", 0), ("</s>", 1)])
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
MASK = AddedToken("<mask>", lstrip=True, rstrip=True)
MADE = {
    "german": lambda: train("de", post=processors.ByteLevel(trim_offsets=False)),
    "russian": lambda: train("ru", size=500),
    "japanese": lambda: train("ja", size=450, pre=before(pre_tokenizers.UnicodeScripts())),
    "prefix-space": lambda: train(pre=byte_level(add_prefix_space=True)),
    "no-regex": lambda: train(pre=byte_level(use_regex=False)),
    "template": lambda: train(post=processors.Sequence([processors.ByteLevel(trim_offsets=False), TEMPLATE])),
    "roberta": lambda: train(post=processors.RobertaProcessing(("</s>", 1), ("<s>", 0), False, False)),
    "added": lambda: with_added(train(), MASK, AddedToken("Tor", single_word=True), "du", AddedToken("ﬁ", normalized=False), "😀"),
    "added-normalized": lambda: with_added(train(normalizer=normalizers.Lowercase()), "TOR", AddedToken("DU", normalized=False), MASK),
    "nfc": lambda: train(normalizer=normalizers.NFC()),
    "nfd-lowercase-strip-accents": lambda: train(normalizer=normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])),
    "nfkc": lambda: train(normalizer=normalizers.NFKC()),
    "replace-strip-prepend": lambda: train(normalizer=normalizers.Sequence(
        [normalizers.Replace("’", "'"), normalizers.Replace(Regex(r"\s{2,}"), " "), normalizers.Strip(), normalizers.Prepend(" ")])),
    "gpt4-split": lambda: train(pre=before(split(Regex(GPT4)), use_regex=False)),
    "splits": lambda: train(pre=before(split(Regex(r"[^\W\d_]+|\d"), "contiguous", True), split(" ", "merged_with_next"),
                                       pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation("merged_with_previous"))),
    "removed": lambda: train(pre=before(pre_tokenizers.WhitespaceSplit())),
    "unknown-bytes": lambda: train(alphabet=False, unk_token="<unk>", fuse_unk=True),
    "lost-bytes": lambda: train(alphabet=False),
    "ignore-merges": lambda: train(ignore_merges=True),
}


def in_utf16(text, offsets):
    units = [0]
    for char in text:
        units.append(units[-1] + (2 if ord(char) > 0xFFFF else 1))
    return [[units[start], units[end]] for start, end in offsets]


def vector(tok, text):
    encoding = tok.encode(text)
    made = {"text": text, "ids": encoding.ids, "tokens": encoding.tokens, "offsets": in_utf16(text, encoding.offsets),
            "decoded": tok.decode(encoding.ids, skip_special_tokens=False)}
    if (plain := tok.encode(text, add_special_tokens=False).ids) != encoding.ids:
        made["ids_without_special"] = plain
    if (skipped := tok.decode(encoding.ids)) != made["decoded"]:
        made["decoded_skip"] = skipped
    return made


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def folder(name):
    path = ROOT / name
    path.mkdir(parents=True)
    return path


def make(name, tok, files):
    place = folder(name)
    files(tok, place)
    dump(place / "vectors.json", {"tokenizer": ".", "vectors": [vector(tok, text) for text in TEXTS]})


def as_json(tok, place):
    dump(place / "tokenizer.json", json.loads(tok.to_str()))


def as_pair(tok, place):
    """vocab.json and merges.txt, and what names the special tokens."""
    tok.model.save(str(place))
    dump(place / "added_tokens.json", {"<mask>": tok.token_to_id("<mask>")})
    names = {"bos_token": "<s>", "eos_token": {"content": EOT, "lstrip": False, "rstrip": False}, "unk_token": "<unk>"}
    dump(place / "special_tokens_map.json", {**names, "additional_special_tokens": ["</s>"]})


def refuse(name, because, change):
    tree = json.loads(train("de").to_str())
    change(tree)
    place = folder(name)
    dump(place / "tokenizer.json", tree)
    dump(place / "expected.json", {"because": because})


if __name__ == "__main__":
    shutil.rmtree(ROOT, ignore_errors=True)
    for name, build in MADE.items():
        make(name, build(), as_json)
    make("vocab-and-merges", with_added(train("de", "ru"), "<mask>"), as_pair)
    refuse("refused-suffix", "end_of_word_suffix", lambda tree: tree["model"].update(end_of_word_suffix="</w>"))
    refuse("refused-metaspace", "Metaspace", lambda tree: tree.update(pre_tokenizer={"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}))
    refuse("refused-wordpiece", "WordPiece", lambda tree: tree["model"].update(type="WordPiece"))
    refuse("refused-merge", "merge", lambda tree: tree["model"]["merges"].append(["Ġ", "Qqq"]))
