"""CTranslate2: a GPT-2 as its own converter lays it down, without torch."""

from pathlib import Path

import ctranslate2
from ctranslate2.specs import Activation, TransformerDecoderModelSpec
from safetensors import Weights


def convert(source: str, target: str) -> None:
    weights = Weights(source)
    config = weights.config
    spec = TransformerDecoderModelSpec.from_config(
        config["n_layer"], config["n_head"], pre_norm=True, activation=Activation.GELUTanh
    )
    decoder = spec.decoder

    def norm(part, name: str) -> None:
        part.gamma = weights.get(f"{name}.weight")
        part.beta = weights.get(f"{name}.bias")

    def linear(part, name: str) -> None:
        part.weight = weights.linear(name)
        part.bias = weights.get(f"{name}.bias")

    decoder.scale_embeddings = False
    decoder.embeddings.weight = weights.get("wte.weight")
    decoder.position_encodings.encodings = weights.get("wpe.weight")
    norm(decoder.layer_norm, "ln_f")
    for i, layer in enumerate(decoder.layer):
        norm(layer.self_attention.layer_norm, f"h.{i}.ln_1")
        linear(layer.self_attention.linear[0], f"h.{i}.attn.c_attn")
        linear(layer.self_attention.linear[1], f"h.{i}.attn.c_proj")
        norm(layer.ffn.layer_norm, f"h.{i}.ln_2")
        linear(layer.ffn.linear_0, f"h.{i}.mlp.c_fc")
        linear(layer.ffn.linear_1, f"h.{i}.mlp.c_proj")
    decoder.projection.weight = decoder.embeddings.weight
    spec.register_vocabulary([f"t{i}" for i in range(config["vocab_size"])])
    spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = f"t{config['vocab_size'] - 1}"
    spec.validate()
    spec.optimize(quantization="int8")
    Path(target).mkdir(parents=True, exist_ok=True)
    spec.save(target)


class Peer:
    """The library keeps no state of its own from call to call, but for a static prompt, which is what `remember` sets."""

    def __init__(self, path: str, threads: int) -> None:
        self._generator = ctranslate2.Generator(
            path, device="cpu", compute_type="default", inter_threads=1, intra_threads=threads
        )
        self._text: list[str] = []

    def _generate(self, ids, count, on_token=None, static=None):
        def told(_):
            on_token()
            return False

        self._generator.generate_batch(
            [[f"t{i}" for i in ids]],
            max_length=count,
            min_length=count,
            sampling_topk=1,
            include_prompt_in_result=False,
            end_token=[],
            callback=told if on_token else None,
            static_prompt=static,
            cache_static_prompt=True,
        )

    def prefill(self, ids) -> None:
        self._generate(ids, 1)

    def remember(self, ids) -> None:
        self._text = [f"t{i}" for i in ids]
        self._generate(ids[-1:], 1, static=self._text)

    def proceed(self, ids, count, on_token) -> None:
        self._generate(ids, count, on_token, self._text)
