"""Reads the bench's weights: float32 tensors in one safetensors file."""

import json
from pathlib import Path

import numpy as np


class Weights:
    def __init__(self, folder: str) -> None:
        self.config = json.loads((Path(folder) / "config.json").read_text())
        self._file = np.memmap(Path(folder) / "model.safetensors", mode="r")
        length = int(self._file[:8].view("<u8")[0])
        self._tensors = json.loads(bytes(self._file[8 : 8 + length]))
        self._start = 8 + length

    def get(self, name: str) -> np.ndarray:
        tensor = self._tensors[name]
        begin, end = tensor["data_offsets"]
        data = np.array(self._file[self._start + begin : self._start + end])
        return data.view("<f4").reshape(tensor["shape"])

    def linear(self, name: str) -> np.ndarray:
        """A Conv1D's matrix the way `nn.Linear` has it, `[out, in]`."""
        return np.ascontiguousarray(self.get(f"{name}.weight").T)
