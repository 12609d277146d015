"""Answers jobs with Hugging Face transformers: JSON lines in a file, JSON lines out.

python peer.py JOBS ANSWERS; each job has an id, the folder of a GPT-2 and what to do with it.
"""

import base64
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "critical"

import torch
import transformers
from safetensors.torch import load_file
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

torch.set_num_threads(1)
torch.set_grad_enabled(False)
models = {}


def load(folder):
    if folder not in models:
        with open(os.path.join(folder, "config.json")) as file:
            raw = json.load(file)
        raw.update(bos_token_id=None, eos_token_id=None, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
        # The default attention ignores two flags of the config; the written-out one follows them.
        model = GPT2LMHeadModel(GPT2Config(**raw, attn_implementation="eager")).eval()
        tensors = load_file(os.path.join(folder, "model.safetensors"))
        head = tensors.pop("lm_head.weight", None)
        missing, unexpected = model.transformer.load_state_dict(tensors, strict=False)
        if unexpected or any("attn.bias" not in name and "masked_bias" not in name for name in missing):
            raise ValueError(f"{folder}: missing {missing}, unexpected {unexpected}")
        if head is not None:
            model.lm_head.weight = torch.nn.Parameter(head)
        else:
            model.lm_head.weight = model.transformer.wte.weight
        model.generation_config = GenerationConfig()
        models[folder] = model
    return models[folder]


def packed(tensor):
    return base64.b64encode(tensor.float().contiguous().numpy().tobytes()).decode()


def logits(model, job):
    return {"logits": packed(model(torch.tensor([job["ids"]])).logits[0])}


def steps(model, job):
    past, rows = None, []
    for chunk in job["chunks"]:
        out = model(torch.tensor([chunk]), past_key_values=past, use_cache=True)
        past = out.past_key_values
        rows.append(out.logits[0, -1])
    return {"logits": packed(torch.stack(rows))}


def typed(name, value):
    """JSON writes 1.0 as 1, which some options do not take."""
    if name == "sequence_bias":
        return [[ids, float(bias)] for ids, bias in value]
    fractions = ("penalty", "temperature", "top_p", "min_p", "typical_p", "cutoff", "alpha", "scale")
    return float(value) if isinstance(value, int) and name.endswith(fractions) else value


def generate(model, job):
    options = {name: typed(name, value) for name, value in job["options"].items()}
    eos = options.pop("eos_token_id", None) or None
    negative = options.pop("negative_prompt_ids", None)
    config = GenerationConfig(
        **options,
        eos_token_id=eos,
        pad_token_id=eos[0] if eos else 0,
        return_dict_in_generate=True,
        output_scores=True,
        output_logits=bool(job.get("scores")),
    )
    ids = torch.tensor([job["ids"]])
    more = {} if negative is None else {"negative_prompt_ids": torch.tensor([negative])}
    torch.manual_seed(job.get("seed", 0))
    out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config, **more)
    answer = {"sequences": [row[ids.shape[1] :] for row in out.sequences.tolist()]}
    if getattr(out, "sequences_scores", None) is not None:
        answer["totals"] = out.sequences_scores.tolist()
    if job.get("scores"):
        answer["scores"] = packed(torch.stack([row[0] for row in out.scores]))
        answer["raw"] = packed(torch.stack([row[0] for row in out.logits]))
    return answer


def main():
    with open(sys.argv[1]) as jobs, open(sys.argv[2], "w") as answers:
        print(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__}), file=answers)
        for line in jobs:
            job = json.loads(line)
            answer = {"logits": logits, "steps": steps, "generate": generate}[job["kind"]]
            try:
                result = answer(load(job["model"]), job)
            except Exception as error:  # What transformers refuses is an answer too.
                result = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"id": job["id"], **result}), file=answers)


main()
