"""Makes the German GPT-2 of the tests, as people make them: a byte-level BPE and a model that knows one text by heart.

Needs torch, transformers and tokenizers. The text was written for this; it is nobody else's.
"""

import os

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = """Das alte Haus stand am Ende der Straße, und niemand im Dorf konnte sich daran erinnern, wer es gebaut hatte. Im Sommer spielten die Kinder im Garten, und im Winter lag der Schnee bis Ende März auf dem Dach. Als die neue Familie einzog, strich sie die Tür blau, pflanzte zwei Apfelbäume neben das Tor und lud alle Nachbarn auf eine Tasse Tee ein.

Die Großmutter öffnete das Küchenfenster und hörte den Zug über die Brücke fahren. Später würden die Jungen durch den Wald zum Fluss hinuntergehen, um nach den Fischen zu sehen.
"""

torch.manual_seed(1)
bpe = ByteLevelBPETokenizer()
bpe.train_from_iterator([TEXT] * 20, vocab_size=400, min_frequency=2, special_tokens=["<|endoftext|>"])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>")
ids = tokenizer.encode("<|endoftext|>" + TEXT)
config = GPT2Config(
    vocab_size=len(tokenizer), n_positions=256, n_embd=48, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0,
    resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, _name_or_path="kleines-gpt2",
)
model = GPT2LMHeadModel(config)
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.0)
# Pieces that begin anywhere, so that the text is known from any place in it.
for step in range(150):
    starts = torch.randint(0, len(ids) - 24, (16,))
    starts[0] = 0
    batch = torch.tensor([ids[s : s + 24] for s in starts])
    loss = model(batch, labels=batch).loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0 or step == 149:
        print(step, loss.item())
model.half().save_pretrained(HERE, safe_serialization=False)
tokenizer.save_pretrained(HERE)
