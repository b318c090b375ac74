# PyTorch, eager, one thread unless NNSPEC_THREADS says otherwise. Speaks the protocol of protocol.ts.
import json, os, resource, sys, time

threads = int(os.environ.get("NNSPEC_THREADS", "1"))
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
folder = sys.argv[1]
job = json.load(open(os.path.join(folder, "job.json")))
x = torch.from_numpy(np.fromfile(os.path.join(folder, "x.f32"), np.float32).reshape([job["batches"], job["batch"], *job["input"]]))
y = torch.from_numpy(np.fromfile(os.path.join(folder, "y.i32"), np.int32).astype(np.int64).reshape([job["batches"], job["batch"]]))
if x.dim() == 5:
    x = x.permute(0, 1, 4, 2, 3).contiguous()
values = np.fromfile(os.path.join(folder, "weights.f32"), np.float32)
weights, offset = {}, 0
for tensor in job["tensors"]:
    size = int(np.prod(tensor["shape"]))
    weights[tensor["name"]] = torch.from_numpy(values[offset : offset + size].reshape(tensor["shape"]).copy())
    offset += size


def dense(name, inputs_from=None):
    """[in, out] -> [out, in]; after flattening channels come first here and last there."""
    weight = weights[name + ".weight"]
    if inputs_from is not None:
        c, h, w = inputs_from
        weight = weight.reshape(h, w, c, -1).permute(2, 0, 1, 3).reshape(c * h * w, -1)
    layer = torch.nn.Linear(weight.shape[0], weight.shape[1])
    with torch.no_grad():
        layer.weight.copy_(weight.t())
        layer.bias.copy_(weights[name + ".bias"])
    return layer


def conv(name, stride=1):
    weight = weights[name + ".weight"]
    k, _, n, m = weight.shape
    bias = weights.get(name + ".bias")
    layer = torch.nn.Conv2d(n, m, k, stride=stride, padding=0 if k == 1 else 1, bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(weight.permute(3, 2, 0, 1))
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def norm(name):
    return torch.nn.BatchNorm2d(weights[name + ".scale"].numel())


class Same(torch.nn.Module):
    """Padding `same` of a window of 3 with stride 2 on an even size: the zero at the end, not at both."""

    def __init__(self, layer):
        super().__init__()
        layer.padding = (0, 0)
        self.layer = layer

    def forward(self, x):
        return self.layer(F.pad(x, (0, 1, 0, 1)))


class Basic(torch.nn.Module):
    def __init__(self, path, stride):
        super().__init__()
        first = conv(path + ".conv_a", stride)
        self.a, self.na = (first if stride == 1 else Same(first)), norm(path + ".norm_a")
        self.b, self.nb = conv(path + ".conv_b"), norm(path + ".norm_b")
        self.skip = None
        if path + ".conv_skip.weight" in weights:
            self.skip, self.ns = conv(path + ".conv_skip", stride), norm(path + ".norm_skip")

    def forward(self, x):
        main = self.nb(self.b(F.relu(self.na(self.a(x)))))
        return F.relu(main + (x if self.skip is None else self.ns(self.skip(x))))


class Pooled(torch.nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def network():
    kind = job["network"]["kind"]
    if kind == "dense":
        act = torch.nn.Tanh if job["network"]["activation"] == "tanh" else torch.nn.ReLU
        return torch.nn.Sequential(dense("hidden_1"), act(), dense("hidden_2"), act(), dense("logits"))
    if kind == "cnn":
        relu, pool = torch.nn.ReLU, torch.nn.MaxPool2d
        return torch.nn.Sequential(
            conv("conv_a"), relu(), pool(2), conv("conv_b"), relu(), pool(2),
            torch.nn.Flatten(), dense("hidden", (16, 7, 7)), relu(), dense("logits"),
        )  # fmt: skip
    blocks = [Basic(f"stage1[{i}]", 1) for i in (1, 2, 3)]
    for n in (2, 3):
        blocks += [Basic(f"down{n}", 2)] + [Basic(f"stage{n}[{i}]", 1) for i in (1, 2)]
    return torch.nn.Sequential(conv("stem"), norm("norm"), torch.nn.ReLU(), *blocks, Pooled(), dense("logits"))


model = network()
spec = job["optimizer"]
if spec["kind"] == "adam":
    optimizer = torch.optim.Adam(model.parameters(), lr=spec["rate"])
else:
    decay = job["network"].get("decay", 0)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": rest}]
    optimizer = torch.optim.SGD(groups, lr=spec["rate"], momentum=spec["momentum"], nesterov=spec["nesterov"])


def step(t):
    batch = t % job["batches"]
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x[batch]), y[batch])
    loss.backward()
    optimizer.step()
    return loss


def say(message):
    print(json.dumps(message), flush=True)


def blas():
    """Reference BLAS is ten times slower than OpenBLAS, so the table says which one it was."""
    maps = open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""
    return "OpenBLAS" if "openblas" in maps else "MKL" if "libmkl" in maps else "reference BLAS"


losses = [step(t).item() for t in range(job["compared"])]
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
say({"ready": True, "losses": losses, "memory": memory, "note": f"PyTorch {torch.__version__}, {blas()}"})
t, chunk = job["compared"], 1
for line in sys.stdin:
    limit, first = float(line.split()[1]) / 1000, t
    start, cpu, elapsed = time.perf_counter(), time.process_time(), 0.0
    while elapsed < limit:
        for _ in range(chunk):
            step(t)
            t += 1
        before, elapsed = elapsed, time.perf_counter() - start
        if elapsed - before < 0.005:
            chunk *= 2
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    say({"steps": t - first, "wall": elapsed, "cpu": time.process_time() - cpu, "memory": memory})
