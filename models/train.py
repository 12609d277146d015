#!/usr/bin/env python3
"""Trains a small GPT-2 (tokenizer and tensor names of openai-community/gpt2) from uint16 token shards on one GPU.

Muon (Jordan et al. 2024) for the blocks' matrices, AdamW for embeddings, LayerNorms and biases; bfloat16, torch.compile; the embedding is padded
to 50,304 rows while training, for aligned products, and cut when saved. Epochs without replacement. Warm-up, constant, linear to zero.
Writes OUT/model.safetensors (float16, Hugging Face GPT-2 names), OUT/config.json, OUT/log.jsonl.
"""
import argparse, glob, json, math, os, struct, time
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

BORN = time.time()
VOCAB, PADDED, EOT = 50257, 50304, 50256
ap = argparse.ArgumentParser()
ap.add_argument('--data', default='corpus/train_*.bin')
ap.add_argument('--val', nargs='*', default=['corpus/val_modern.bin', 'corpus/val_lit.bin'])
ap.add_argument('--out', default='out')
ap.add_argument('--d', type=int, default=384)
ap.add_argument('--layers', type=int, default=10)
ap.add_argument('--heads', type=int, default=6)
ap.add_argument('--ctx', type=int, default=512)
ap.add_argument('--batch', type=int, default=128)
ap.add_argument('--micro', type=int, default=128)
ap.add_argument('--lr', type=float, default=2e-3, help='AdamW: embeddings, norms, biases')
ap.add_argument('--mlr', type=float, default=0.015, help='Muon')
ap.add_argument('--wd', type=float, default=0.05, help="Muon's decoupled decay, times its rate")
ap.add_argument('--warmup', type=int, default=200)
ap.add_argument('--hold', type=float, default=0.45, help='share of the time at the full rate')
ap.add_argument('--seconds', type=float, default=480, help='from the start of this program to the end of training')
ap.add_argument('--eval-every', type=float, default=90)
ap.add_argument('--seed', type=int, default=1)
ap.add_argument('--init', help='a folder with safetensors of the same shape, to go on from; with another --seed, for another order')
ap.add_argument('--no-compile', action='store_true')
args = ap.parse_args()

torch.manual_seed(args.seed)
rng = np.random.default_rng(args.seed)
torch.set_float32_matmul_precision('high')
dev = 'cuda' if torch.cuda.is_available() else 'cpu'
os.makedirs(args.out, exist_ok=True)


class Conv1D(nn.Module):
    """GPT-2's linear layer: weight is [in, out]."""
    def __init__(self, n_in, n_out, std):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * std)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return F.linear(x, self.weight.t(), self.bias)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        d, proj_std = args.d, 0.02 / math.sqrt(2 * args.layers)
        self.ln_1, self.ln_2 = nn.LayerNorm(d, eps=1e-5), nn.LayerNorm(d, eps=1e-5)
        self.attn, self.mlp = nn.Module(), nn.Module()
        self.attn.c_attn, self.attn.c_proj = Conv1D(d, 3 * d, 0.02), Conv1D(d, d, proj_std)
        self.mlp.c_fc, self.mlp.c_proj = Conv1D(d, 4 * d, 0.02), Conv1D(4 * d, d, proj_std)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = (t.view(B, T, args.heads, -1).transpose(1, 2) for t in self.attn.c_attn(self.ln_1(x)).split(D, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn.c_proj(y.transpose(1, 2).reshape(B, T, D))
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x)), approximate='tanh'))


class GPT2(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(PADDED, args.d), nn.Embedding(args.ctx, args.d)
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.01)
        self.h = nn.ModuleList(Block() for _ in range(args.layers))
        self.ln_f = nn.LayerNorm(args.d, eps=1e-5)

    def forward(self, ids, targets):
        x = self.wte(ids) + self.wpe.weight[:ids.shape[1]]
        for block in self.h:
            x = block(x)
        logits = self.ln_f(x) @ self.wte.weight.t()
        return F.cross_entropy(logits.float().view(-1, PADDED), targets.reshape(-1))


class Muon:
    """Momentum orthogonalised by five Newton-Schulz steps; c_attn as its three square parts; all matrices of a shape in one batch."""
    def __init__(self, model):
        self.groups = {}
        for block in model.h:
            for p in (block.attn.c_attn, block.attn.c_proj, block.mlp.c_fc, block.mlp.c_proj):
                p = p.weight
                parts = p.shape[1] // args.d if p.shape == (args.d, 3 * args.d) else 1
                self.groups.setdefault((tuple(p.shape), parts), []).append(p)
        self.buf = {key: torch.zeros(len(ps), *key[0], device=dev) for key, ps in self.groups.items()}

    def params(self):
        return [p for ps in self.groups.values() for p in ps]

    @torch.no_grad()
    def step(self, lr):
        for key, ps in self.groups.items():
            (rows, cols), parts = key
            grads = torch.stack([p.grad for p in ps])
            update = orthogonal(grads, self.buf[key], parts)
            scale = lr * max(1.0, cols / parts / rows) ** 0.5
            torch._foreach_mul_(ps, 1 - lr * args.wd)
            torch._foreach_add_(ps, list(update.unbind(0)), alpha=-scale)


def newton_schulz(g, buf, parts):
    buf.mul_(0.95).add_(g)
    g = (g + 0.95 * buf).bfloat16()
    n, rows, cols = g.shape
    g = g.view(n, rows, parts, cols // parts).transpose(1, 2).reshape(n * parts, rows, cols // parts)
    tall = g.shape[1] > g.shape[2]
    x = g.transpose(1, 2) if tall else g
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    x = x.transpose(1, 2) if tall else x
    return x.reshape(n, parts, rows, cols // parts).transpose(1, 2).reshape(n, rows, cols).float()


def begin_from(folder):
    """The weights of a folder's safetensors, sharded or not, into the model; the padding rows stay as they were drawn."""
    from safetensors.torch import load_file
    state = model.state_dict()
    found = {}
    for f in sorted(glob.glob(folder + '/*.safetensors')):
        found.update(load_file(f))
    assert found.keys() == state.keys(), sorted(found.keys() ^ state.keys())
    for name, t in found.items():
        state[name][:VOCAB].copy_(t) if name == 'wte.weight' else state[name].copy_(t)


model = GPT2().to(dev)
if args.init:
    begin_from(args.init)
muon = Muon(model)
matrices = {id(p) for p in muon.params()}
rest = [p for p in model.parameters() if id(p) not in matrices]
adam = torch.optim.AdamW(rest, lr=args.lr, betas=(0.9, 0.95), eps=1e-10, weight_decay=0.0, **({'fused': True} if dev == 'cuda' else {}))
compiled = not args.no_compile and dev == 'cuda'
loss_of = torch.compile(model) if compiled else model
orthogonal = torch.compile(newton_schulz) if compiled else newton_schulz
amp = torch.autocast(dev, dtype=torch.bfloat16)
data = np.concatenate([np.fromfile(f, np.uint16) for f in sorted(glob.glob(args.data))])
stream = torch.from_numpy(data.astype(np.int32)).to(dev)
n_params = sum(p.numel() for p in model.parameters()) - (PADDED - VOCAB) * args.d
print(f'{n_params / 1e6:.2f}M parameters, {len(stream) / 1e6:.1f}M tokens, {dev}', flush=True)


def windows():
    """Start positions for ever: each epoch cuts the stream at a new offset and shuffles the pieces."""
    while True:
        at = np.arange(rng.integers(0, args.ctx), len(stream) - args.ctx - 1, args.ctx)
        rng.shuffle(at)
        yield from torch.from_numpy(at[:len(at) // args.micro * args.micro]).view(-1, args.micro)


starts = windows()
columns = torch.arange(args.ctx + 1, device=dev)


def batch():
    rows = stream[next(starts).to(dev, non_blocking=True)[:, None] + columns].long()
    return rows[:, :-1].contiguous(), rows[:, 1:].contiguous()


@torch.no_grad()
def evaluate(n=128, ctx=None):
    """Mean nats a token over n evenly spaced windows of ctx tokens, the real vocabulary only."""
    ctx = ctx or args.ctx
    out = {}
    for f in args.val:
        held = torch.from_numpy(np.fromfile(f, np.uint16).astype(np.int64)).to(dev)
        count = min(n, (len(held) - 1) // ctx)
        at = torch.arange(count, device=dev) * ((len(held) - ctx - 1) // count)
        losses = []
        for part in at.split(32):
            rows = held[part[:, None] + torch.arange(ctx + 1, device=dev)]
            with amp:
                losses.append(model(rows[:, :-1], rows[:, 1:]).item() * len(part))
        out[os.path.basename(f)] = round(sum(losses) / count, 4)
    return out


def save():
    header, offset, blobs = {'__metadata__': {'format': 'pt'}}, 0, []
    for name, t in model.state_dict().items():
        t = t[:VOCAB] if name == 'wte.weight' else t
        blob = t.detach().half().cpu().contiguous().numpy().tobytes()
        header[name] = {'dtype': 'F16', 'shape': list(t.shape), 'data_offsets': [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(args.out + '/model.tmp', 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text)
        for blob in blobs:
            f.write(blob)
    os.replace(args.out + '/model.tmp', args.out + '/model.safetensors')
    json.dump({'_name_or_path': 'inkling-mini', 'model_type': 'gpt2', 'architectures': ['GPT2LMHeadModel'], 'vocab_size': VOCAB, 'n_positions': args.ctx,
               'n_ctx': args.ctx, 'n_embd': args.d, 'n_layer': args.layers, 'n_head': args.heads, 'n_inner': None,
               'activation_function': 'gelu_new', 'layer_norm_epsilon': 1e-5, 'bos_token_id': EOT, 'eos_token_id': EOT,
               'tie_word_embeddings': True}, open(args.out + '/config.json', 'w'), indent=1)


def log(row):
    print(json.dumps(row), flush=True)
    with open(args.out + '/log.jsonl', 'a') as f:
        f.write(json.dumps(row) + '\n')


def one_step(lr_share):
    adam.zero_grad(set_to_none=True)
    for p in muon.params():
        p.grad = None
    total, parts = 0.0, max(1, args.batch // args.micro)
    for _ in range(parts):
        ids, targets = batch()
        with amp:
            loss = loss_of(ids, targets) / parts
        loss.backward()
        total = total + loss.detach()
    torch.nn.utils.clip_grad_norm_(rest, 1.0, foreach=True)
    for group in adam.param_groups:
        group['lr'] = args.lr * lr_share
    adam.step()
    muon.step(args.mlr * lr_share)
    return total


for _ in range(2):
    one_step(0.0)
if dev == 'cuda':
    torch.cuda.synchronize()
if args.init:
    log({'init': evaluate(64)})
start = evaluated = time.time()
length = args.seconds - (start - BORN)
log({'ready_s': round(start - BORN, 1), 'train_s': round(length, 1), 'torch': torch.__version__, 'args': vars(args)})
step = 0
while (done := (time.time() - start) / length) < 1:
    share = min(1, (step + 1) / args.warmup) * (1 if done < args.hold else max(0.0, (1 - done) / (1 - args.hold)))
    loss = one_step(share)
    step += 1
    if step % 50 == 0:
        log({'step': step, 'Mtok': round(step * args.batch * args.ctx / 1e6, 2), 'loss': round(loss.item(), 4), 'lr': round(share, 4),
             's': round(time.time() - start, 1), 'tok_s': round(step * args.batch * args.ctx / (time.time() - start))})
    if time.time() - evaluated > args.eval_every:
        evaluated = time.time()
        log({'eval': evaluate(64), 'step': step})
save()
log({'final': evaluate(600), 'windows_256': evaluate(200, min(256, args.ctx)), 'step': step, 'Mtok': round(step * args.batch * args.ctx / 1e6, 2), 'parameters': n_params, 's': round(time.time() - BORN, 1)})
