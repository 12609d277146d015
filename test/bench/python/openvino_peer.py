"""OpenVINO: a GPT-2 with a state of its own, 8-bit weights and fused attention, as optimum-intel exports it."""

from pathlib import Path

import numpy as np
import openvino as ov
from openvino import Dimension, PartialShape, Type
from openvino import opset13 as op
from openvino.op.util import Variable, VariableInfo
from safetensors import Weights


def convert(source: str, target: str) -> None:
    """Weights with a scale for each row, as NNCF's INT8_SYM."""
    weights = Weights(source)
    config = weights.config
    width, heads = config["n_embd"], config["n_head"]
    size = width // heads

    def matrix(values: np.ndarray):
        scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-12) / 127
        quantised = op.constant(np.round(values / scale).astype(np.int8))
        return op.multiply(op.convert(quantised, "f32"), op.constant(scale.astype(np.float32)))

    def linear(x, name: str):
        product = op.matmul(x, matrix(weights.linear(name)), False, True)
        return op.add(product, op.constant(weights.get(f"{name}.bias")))

    def norm(x, name: str):
        normalised = op.mvn(x, op.constant([-1]), True, config["layer_norm_epsilon"], "INSIDE_SQRT")
        scaled = op.multiply(normalised, op.constant(weights.get(f"{name}.weight")))
        return op.add(scaled, op.constant(weights.get(f"{name}.bias")))

    ids = op.parameter(PartialShape([-1, -1]), Type.i64, "input_ids")
    positions = op.parameter(PartialShape([-1, -1]), Type.i64, "position_ids")
    beams = op.parameter(PartialShape([-1]), Type.i32, "beam_idx")
    mask = op.parameter(PartialShape([-1, 1, -1, -1]), Type.f32, "mask")
    parameters = [ids, positions, beams, mask]
    batch = op.gather(op.shape_of(ids, "i64"), op.constant(np.int64([0])), op.constant(np.int64(0)))
    zero = op.constant(np.int64(0))
    table = matrix(weights.get("wte.weight"))
    x = op.add(op.gather(table, ids, zero), op.gather(op.constant(weights.get("wpe.weight")), positions, zero))
    empty = op.broadcast(
        op.constant(np.float32(0)),
        op.concat([batch, op.constant(np.int64([heads, 0, size]))], 0),
    )
    sinks = []

    def split(x):
        shaped = op.reshape(x, op.constant(np.int64([0, 0, heads, size])), True)
        return op.transpose(shaped, op.constant([0, 2, 1, 3]))

    def with_past(fresh, name: str):
        info = VariableInfo()
        info.data_shape = PartialShape([Dimension(), heads, Dimension(), size])
        info.data_type = Type.f32
        info.variable_id = name
        variable = Variable(info)
        past = op.gather(op.read_value(empty, variable), beams, zero)
        both = op.concat([past, fresh], 2)
        sinks.append(op.assign(both, variable))
        return both

    for i in range(config["n_layer"]):
        qkv = linear(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn")
        q, k, v = (split(part) for part in op.split(qkv, op.constant(2), 3).outputs())
        mixed = op.scaled_dot_product_attention(
            q, with_past(k, f"past.{i}.key"), with_past(v, f"past.{i}.value"), mask, op.constant(np.float32(size**-0.5))
        )
        merged = op.reshape(
            op.transpose(mixed, op.constant([0, 2, 1, 3])), op.constant(np.int64([0, 0, width])), True
        )
        x = op.add(x, linear(merged, f"h.{i}.attn.c_proj"))
        hidden = op.gelu(linear(norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc"), "tanh")
        x = op.add(x, linear(hidden, f"h.{i}.mlp.c_proj"))
    last = op.gather(x, op.constant(np.int64([-1])), op.constant(np.int64(1)))
    logits = op.matmul(norm(last, "ln_f"), matrix(weights.get("wte.weight")), False, True)
    result = op.result(logits)
    Path(target).mkdir(parents=True, exist_ok=True)
    ov.save_model(ov.Model([result], sinks, parameters), Path(target) / "model.xml", compress_to_fp16=False)


class Peer:
    def __init__(self, path: str, threads: int) -> None:
        options = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        self._request = ov.Core().compile_model(Path(path) / "model.xml", "CPU", options).create_infer_request()
        self._length = 0
        self._text: list[int] = []

    def _step(self, ids) -> int:
        count = len(ids)
        past = self._length
        mask = np.triu(np.full((count, past + count), -np.inf, np.float32), past + 1)
        self._request.infer(
            [
                np.array([ids], np.int64),
                np.arange(past, past + count, dtype=np.int64)[None],
                np.zeros(1, np.int32),
                mask[None, None],
            ]
        )
        self._length += count
        return int(self._request.get_output_tensor(0).data[0, -1].argmax())

    def prefill(self, ids) -> None:
        self._request.reset_state()
        self._length = 0
        self._step(ids)

    def remember(self, ids) -> None:
        """The state cannot be cut back, so the text is read anew; the bench's clock does not run here."""
        self.prefill(ids)

    def proceed(self, ids, count, on_token) -> None:
        for _ in range(count):
            ids = [self._step(ids)]
            on_token()
