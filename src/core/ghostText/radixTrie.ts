interface Node<V> {
  /** The characters between the parent and this node; empty at the root only. */
  label: string;
  /** Children by the first UTF-16 unit of their label. */
  readonly children: Map<string, Node<V>>;
  value?: V;
}

/** A compressed trie (Morrison 1968, PATRICIA): strings to values, where common beginnings are stored once. */
export class RadixTrie<V> {
  private readonly root: Node<V> = { label: '', children: new Map() };

  set(key: string, value: V): void {
    let node = this.root;
    let rest = key;
    while (rest !== '') {
      const child = node.children.get(rest[0]);
      if (child === undefined) {
        const leaf: Node<V> = { label: rest, children: new Map(), value };
        node.children.set(rest[0], leaf);
        return;
      }
      const shared = commonLength(child.label, rest);
      node = shared < child.label.length ? split(node, child, shared) : child;
      rest = rest.slice(shared);
    }
    node.value = value;
  }

  /** The values stored at beginnings of `key` and at `key` itself, shortest first, with the length of each. */
  along(key: string): { readonly length: number; readonly value: V }[] {
    const found: { length: number; value: V }[] = [];
    let node: Node<V> | undefined = this.root;
    let length = 0;
    while (node !== undefined) {
      if (!key.startsWith(node.label, length)) break;
      length += node.label.length;
      if (node.value !== undefined) found.push({ length, value: node.value });
      node = node.children.get(key[length]);
    }
    return found;
  }

  /** Forgets a key; branches that no longer lead anywhere go with it. */
  delete(key: string): void {
    const path: Node<V>[] = [this.root];
    let length = 0;
    while (length < key.length) {
      const child = path[path.length - 1].children.get(key[length]);
      if (child === undefined || !key.startsWith(child.label, length)) return;
      length += child.label.length;
      path.push(child);
    }
    path[path.length - 1].value = undefined;
    for (let depth = path.length - 1; depth > 0; depth--) tidy(path[depth - 1], path[depth]);
  }

  /** How many nodes there are below the root: at most twice the number of keys. */
  get nodes(): number {
    const count = (node: Node<V>): number => [...node.children.values()].reduce((sum, child) => sum + count(child), 1);
    return count(this.root) - 1;
  }
}

function commonLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** Puts a node in the middle of the edge to `child`, `at` characters down, and returns it. */
function split<V>(parent: Node<V>, child: Node<V>, at: number): Node<V> {
  const middle: Node<V> = { label: child.label.slice(0, at), children: new Map() };
  parent.children.set(child.label[0], middle);
  child.label = child.label.slice(at);
  middle.children.set(child.label[0], child);
  return middle;
}

/** Removes a node that holds nothing, or joins it with its only child. */
function tidy<V>(parent: Node<V>, node: Node<V>): void {
  if (node.value !== undefined || node.children.size > 1) return;
  const [child] = node.children.values();
  if (child === undefined) {
    parent.children.delete(node.label[0]);
  } else {
    child.label = node.label + child.label;
    parent.children.set(child.label[0], child);
  }
}
