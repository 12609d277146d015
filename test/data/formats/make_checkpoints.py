"""Makes checkpoints/: tiny GPT-2s as torch and transformers write them, each with what they compute from it.

    python test/data/formats/make_checkpoints.py

Made with torch 2.15.0 and transformers 4.46.3. Weights are random and large, so that none can be mistaken. A file's
`expected.json` has the SHA-256 of each weight as little-endian float32 under transformers' names, and float64 logits.
"""

import argparse
import hashlib
import json
import os
import shutil
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2DoubleHeadsModel, GPT2ForSequenceClassification, GPT2LMHeadModel

ROOT = Path(__file__).resolve().parent / "checkpoints"
BIN = "pytorch_model.bin"
SMALL = {"vocab_size": 24, "n_positions": 8, "n_embd": 8, "n_inner": 16, "n_layer": 2, "n_head": 2, "bos_token_id": 0, "eos_token_id": 0}


def gpt2(cls=GPT2LMHeadModel, **config):
    model = cls(GPT2Config(**{**SMALL, **config}, attn_implementation="eager"))
    generator = torch.Generator().manual_seed(1)
    for name, param in sorted(model.named_parameters()):
        noise = torch.randn(param.shape, generator=generator) * 0.4
        param.data.copy_(noise + 1 if "ln_" in name and name.endswith("weight") else noise)
    return model.eval()


def as_language_model(model, **config):
    """A float32 GPT2LMHeadModel with the same weights."""
    made = GPT2LMHeadModel(GPT2Config(**{**model.config.to_dict(), **config}, attn_implementation="eager"))
    state = {k: v.float() for k, v in model.state_dict().items()}
    made.load_state_dict({k: v for k, v in state.items() if k in made.state_dict()}, strict=False)
    return made.eval()


def tell(folder, model, note, config=True):
    if config:
        model.config.save_pretrained(folder)
    truth = as_language_model(model)
    tied = truth.config.tie_word_embeddings
    weights = {
        name: {"shape": list(value.shape), "sha256": hashlib.sha256(value.contiguous().numpy().astype("<f4").tobytes()).hexdigest()[:16]}
        for name, value in truth.state_dict().items()
        if not (tied and name == "lm_head.weight")
    }
    ids = [3, 17, 5, 9, 22]
    with torch.no_grad():
        logits = truth.double()(torch.tensor([ids])).logits[0]
    rows = {str(at): [float(f"{v:.10g}") for v in logits[at]] for at in (-2, -1)}
    expected = {"expect": "loads", "note": note, "weights": weights, "prompts": [{"ids": ids, "logits": rows}]}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def fresh(name):
    folder = ROOT / name
    folder.mkdir(parents=True)
    return folder


def saved(name, note, change=lambda state: state, model=None, config=True, file=BIN, **options):
    folder, model = fresh(name), model or gpt2()
    torch.save(change(dict(model.state_dict())), folder / file, **options)
    tell(folder, model, note, config)


def each(change):
    return lambda state: {name: change(name, value) for name, value in state.items()}


def strided(name, value):
    wide = torch.zeros([2 * size for size in value.shape])
    wide[tuple(slice(None, None, 2) for _ in value.shape)] = value
    return wide[tuple(slice(None, None, 2) for _ in value.shape)]


def transposed(name, value):
    return value.t().contiguous().t() if value.dim() == 2 else value


def one_storage(state):
    state.pop("lm_head.weight")
    whole, at = torch.cat([value.flatten() for value in state.values()]), 0
    for name, value in state.items():
        state[name] = whole[at:at + value.numel()].view(value.shape)
        at += value.numel()
    return state


def of_types(name, value):
    kinds = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
    return value.to(kinds[sum(map(ord, name)) % 4])


def rounded(model):
    for name, value in model.state_dict().items():
        value.copy_(of_types(name, value).float())
    return model


def nano(bias):
    """nanoGPT's checkpoint: matrices as nn.Linear has them, GELU the exact one, facts in model_args."""
    model = gpt2(activation_function="gelu", n_inner=32)
    if not bias:
        for name, value in model.state_dict().items():
            if name.endswith("bias"):
                value.zero_()
    turned = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
    state = {f"_orig_mod.{name}": value.t().contiguous() if name.endswith(turned) else value
             for name, value in model.state_dict().items() if bias or not name.endswith("bias")}
    optimizer = torch.optim.AdamW(model.parameters())
    args = dict(n_layer=2, n_head=2, n_embd=8, block_size=8, bias=bias, vocab_size=24, dropout=0.0)
    folder = fresh("nanogpt" if bias else "nanogpt-no-bias")
    torch.save({"model": state, "optimizer": optimizer.state_dict(), "model_args": args, "iter_num": 5, "best_val_loss": torch.tensor(2.5),
                "config": {"dataset": "own", "device": "cpu"}}, folder / "ckpt.pt")
    tell(folder, model, "torch.compile's prefix", config=False)


if ROOT.exists():
    shutil.rmtree(ROOT)
saved("zip", "torch.save(model.state_dict())")
saved("legacy", "the format before torch 1.6", _use_new_zipfile_serialization=False)
saved("protocol-5", "pickle protocol 5", pickle_protocol=5)
saved("legacy-protocol-4", "pickle protocol 4", pickle_protocol=4, _use_new_zipfile_serialization=False)
saved("strided", "steps of 2", each(strided))
saved("strided-legacy", "steps of 2", each(strided), _use_new_zipfile_serialization=False)
saved("transposed", "column-major", each(transposed))
saved("one-storage", "views of one storage", one_storage)
saved("mixed-types", "half, bfloat16, float and double", each(of_types), model=rounded(gpt2()))
saved("expanded", "strides of 0", each(lambda k, v: v[:1].clone().expand(v.shape) if k.endswith("ln_f.bias") else v),
      model=(lambda m: (m.transformer.ln_f.bias.data.fill_(m.transformer.ln_f.bias[0].item()), m)[1])(gpt2()))
saved("prefix", "module._orig_mod.", lambda s: {f"module._orig_mod.{k}": v for k, v in s.items()})
saved("prefix-lightning", "model. within state_dict, and hyperparameters", file="epoch=0-step=1.ckpt",
      change=lambda s: {"epoch": 0, "state_dict": OrderedDict((f"model.{k}", v) for k, v in s.items()), "hyper_parameters": {"lr": 1e-3}, "callbacks": {}})
saved("no-prefix", "no transformer. and no head", lambda s: {k.removeprefix("transformer."): v for k, v in s.items() if k != "lm_head.weight"})
saved("training", "what training programs keep beside the weights", lambda s: {"net": s, "args": argparse.Namespace(lr=1e-3, out=Path("out")), "loss": np.float64(2.5),
                                                                               "seen": {1, 2}, "when": None, "rng": torch.get_rng_state()[:8].clone(), "config": gpt2().config})
saved("parameters", "nn.Parameter", each(lambda k, v: nn.Parameter(v)))
saved("masks", "masks of earlier transformers", lambda s: {**s, "transformer.h.0.attn.bias": torch.ones(1, 1, 8, 8, dtype=torch.uint8), "transformer.h.0.attn.masked_bias": torch.tensor(-1e4)})
saved("untied", "a head of its own", model=gpt2(tie_word_embeddings=False))
saved("double-heads", "a second head", model=gpt2(GPT2DoubleHeadsModel))
saved("classifier", "GPT2ForSequenceClassification", model=gpt2(GPT2ForSequenceClassification))
saved("inverse-layer-scaling", "scale_attn_by_inverse_layer_idx, reorder_and_upcast_attn", model=gpt2(scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True))
torch.serialization.set_crc32_options(False)
saved("no-checksums", "every checksum is 0")
torch.serialization.set_crc32_options(True)
for bias in (True, False):
    nano(bias)

folder, model = fresh("sharded"), gpt2()
model.save_pretrained(folder, safe_serialization=False, max_shard_size="3KB")
os.remove(folder / "generation_config.json")
tell(folder, model, "three shards")
folder = fresh("safetensors-sharded")
model.save_pretrained(folder, max_shard_size="3KB")
os.remove(folder / "generation_config.json")
tell(folder, model, "shards of safetensors")
folder = fresh("safetensors-head-only")
save_file({k: v.clone().double() for k, v in model.state_dict().items() if k != "transformer.wte.weight"}, folder / "model.safetensors")
tell(folder, model, "lm_head.weight without wte.weight, in float64")

# transformers 5 takes the head of a tied model when the file has another one; so does Inkling.
folder, untied = fresh("head-differs"), gpt2(tie_word_embeddings=False)
save_file({k: v.clone() for k, v in untied.state_dict().items()}, folder / "model.safetensors")
tell(folder, untied, "a tied config with a head of its own")
config = json.loads((folder / "config.json").read_text())
config.pop("tie_word_embeddings")
names = {"n_embd": "hidden_size", "n_layer": "num_hidden_layers", "n_head": "num_attention_heads", "n_positions": "max_position_embeddings"}
(folder / "config.json").write_text(json.dumps({names.get(k, k): v for k, v in config.items()}))
