"""What a page runs of this package, translated to JavaScript: it says and reads what Python does.

Of each module only what is reached from some names is taken. The translation knows the part of
Python that these modules are written in, and refuses the rest; `runtime.js` has what the
translated text calls: the built-in functions, and what it needs of the standard library.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from itertools import chain

from crcasp.errors import UsageError

ABOVE = os.path.realpath(f"{__file__}/../../../..")  # where the package is
Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
# Names that JavaScript keeps for itself, and methods of its own that do something else.
RESERVED = {
    "arguments", "case", "const", "default", "delete", "do", "enum", "eval", "export", "false",
    "function", "in", "let", "new", "null", "static", "super", "switch", "this", "true", "typeof",
    "var", "void", "with",
}  # fmt: skip
OTHERWISE = {"replace", "split", "sort", "find", "match", "search", "pop", "format"}
OPERATORS: dict[type[ast.AST], str] = {
    **{ast.Add: "add", ast.Sub: "sub", ast.BitOr: "bor", ast.BitAnd: "band"},
    ast.Pow: "pow",
    **{ast.Eq: "eq", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.In: "within"},
    ast.Is: "same",
}
NEGATED = {ast.NotEq: "eq", ast.NotIn: "within", ast.IsNot: "same"}
TYPES = {"dict": "Dict"}  # what classes of JavaScript are called that are functions in Python


def translated(roots: Iterable[tuple[str, str]], native: Set[str]) -> str:
    """Return modules in JavaScript, each as `modules["its name"]`.

    Args:
        roots: names that are asked for, each with its module.
        native: modules, and names in modules, that the page has by itself.

    Raises:
        UsageError: a module is written in a way that is not known here.
    """
    found: dict[str, set[str]] = {}
    stack = list(roots)
    while stack:
        module, name = stack.pop()
        source = _module(module)
        if name in source.definitions and name not in found.setdefault(module, set()):
            found[module].add(name)
            used = source.used(source.definitions[name])
            stack += [it for it in used if not native & {it[0], ".".join(it)} and _path(it[0])]
    return "\n".join(_module(module).text(names) for module, names in found.items())


@cache
def _path(name: str) -> str:
    """Return the file of a module, "" if there is none."""
    path = os.path.join(ABOVE, *name.split("."))
    files = (f"{path}.py", os.path.join(path, "__init__.py"))
    return next(filter(os.path.isfile, files), "")


@cache
def _module(name: str) -> _Module:
    return _Module(name)


class _Module:
    def __init__(self, name: str) -> None:
        self.name = name
        with open(_path(name), encoding="utf-8") as file:
            tree = ast.parse(file.read())
        self.imports: dict[str, tuple[str, str]] = {}  # name -> module, and the name there
        self.definitions: dict[str, Definition] = {}
        for node in tree.body:
            match node:
                case ast.FunctionDef(name) | ast.ClassDef(name):
                    self.definitions[name] = node
                case ast.Assign():
                    self.definitions |= dict.fromkeys(_bound([node]), node)
                case ast.AnnAssign(ast.Name(name), kind) if ast.unparse(kind) != "TypeAlias":
                    self.definitions[name] = node
        for part in ast.walk(tree):
            match part:
                case ast.Import(found):
                    self.imports |= {it.asname or it.name: (it.name, "") for it in found}
                case ast.ImportFrom(module, found):
                    for it in found:
                        whole = f"{module}.{it.name}"
                        apart = (whole, "") if _path(whole) else (str(module), it.name)
                        self.imports[it.asname or it.name] = apart
                case ast.arg() | ast.AnnAssign():
                    part.annotation = ast.Constant(None)  # types are not translated
                case ast.FunctionDef():
                    part.returns = None

    def used(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Yield what a definition uses, each name with its module."""
        for part in ast.walk(node):
            match part:
                case ast.Name(name) if name in self.definitions:
                    yield self.name, name
                case ast.Name(name) if name in self.imports:
                    yield self.imports[name]
                case ast.Attribute(ast.Name(of), name) if of in self.imports:
                    yield self.imports[of][0], name

    def text(self, names: set[str]) -> str:
        """Return definitions in JavaScript."""
        nodes = dict.fromkeys(node for name, node in self.definitions.items() if name in names)
        used = {part.id for it in nodes for part in ast.walk(it) if isinstance(part, ast.Name)}
        lines = [f"define({json.dumps(self.name)}, () => {{"]
        for name in sorted(used & self.imports.keys()):
            module, there = self.imports[name]
            part = f"?.{_named(there)}" if there else ""
            lines.append(f"const {_named(name)} = modules[{json.dumps(module)}]{part};")
        lines += [*_let(_bound(nodes)), *self.block(nodes)]
        return "\n".join([*lines, f"return {{{', '.join(map(_named, sorted(names)))}}};", "});"])

    def refuse(self, node: ast.AST) -> UsageError:
        line = getattr(node, "lineno", 0)
        return UsageError(f"{self.name}:{line}: a page cannot have {type(node).__name__}.")

    # ---- statements -----------------------------------------------------------------------

    def block(self, nodes: Iterable[ast.stmt]) -> list[str]:
        return [line for node in nodes for line in self.statement(node)]

    def statement(self, node: ast.AST) -> list[str]:
        match node:
            case ast.Expr(value):
                return [] if isinstance(value, ast.Constant) else [f"{self.of(value)};"]
            case ast.Return(value):
                return [f"return {self.of(value) if value else 'null'};"]
            case ast.Assign(targets, value):
                return [self.store(targets, self.of(value))]
            case ast.AnnAssign(target, _, ast.expr() as value):
                return [self.store([target], self.of(value))]
            case ast.AugAssign(target, operator, value) if type(operator) in OPERATORS:
                name = f"$.i{OPERATORS[type(operator)]}"
                return [self.store([target], f"{name}({self.of(target)}, {self.of(value)})")]
            case ast.If(test, body, orelse):
                other = ["} else {", *self.block(orelse)] if orelse else []
                return [f"if ({self.condition(test)}) {{", *self.block(body), *other, "}"]
            case ast.While(test, body, []):
                return [f"while ({self.condition(test)}) {{", *self.block(body), "}"]
            case ast.For(target, it, body, []):
                head = f"for ({self.pattern(target)} of {self.of(it)}) {{"
                return [head, *self.block(body), "}"]
            case ast.Try(body, handlers, [], []):
                return self.attempt(body, handlers)
            case ast.Raise(value):
                return [f"throw {f'$.error({self.of(value)})' if value else '$error'};"]
            case ast.FunctionDef():
                return self.function(node)
            case ast.ClassDef():
                return self.class_(node)
            case ast.Break():
                return ["break;"]
            case ast.Continue():
                return ["continue;"]
            case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Assert():
                return []
        raise self.refuse(node)

    def attempt(self, body: list[ast.stmt], handlers: list[ast.ExceptHandler]) -> list[str]:
        lines = ["try {", *self.block(body), "} catch ($error) {"]
        for handler in handlers:
            test = f"isinstance($error, {self.of(handler.type)})" if handler.type else "true"
            named = [f"{_named(handler.name)} = $error;"] if handler.name else []
            lines += [f"if ({test}) {{", *named, *self.block(handler.body), "} else"]
        return [*lines, "throw $error;", "}"]

    def store(self, targets: Sequence[ast.expr], value: str) -> str:
        match targets:
            case [ast.Subscript(of, at)]:
                return f"$.put({self.of(of)}, {self.of(at)}, {value});"
        return f"{' = '.join([*map(self.pattern, targets), value])};"

    def pattern(self, target: ast.expr) -> str:
        """Return what takes a value."""
        match target:
            case ast.Tuple(parts):
                taken = ("" if ast.unparse(it) == "_" else self.pattern(it) for it in parts)
                return f"[{', '.join(taken)}]"
            case ast.Attribute(value, name):
                return f"{self.of(value)}.{_member(name)}"
            case ast.Name(name):
                return _named(name)
        raise self.refuse(target)

    # ---- functions and classes ----------------------------------------------------------------

    def parameters(self, of: ast.arguments, skip: int = 0) -> tuple[str, str]:
        """Return parameters, and their names where they may be called by these."""
        if of.posonlyargs or of.kwarg or (of.vararg and of.kwonlyargs):
            raise self.refuse(of)
        plain = [*of.args, *of.kwonlyargs]
        required = len(of.args) - len(of.defaults)
        defaults = [*[None] * required, *of.defaults, *of.kw_defaults]
        texts = [
            f"{_named(it.arg)} = {self.of(default)}" if default else _named(it.arg)
            for it, default in zip(plain, defaults, strict=True)
        ]
        texts += [f"...{_named(of.vararg.arg)}"] if of.vararg else []
        return ", ".join(texts[skip:]), json.dumps([it.arg for it in plain[skip:]])

    def body(self, node: ast.FunctionDef) -> list[str]:
        own = {_named(it.arg) for it in [*node.args.args, *node.args.kwonlyargs]}
        lets = _let([name for name in _bound(node.body) if name not in own])
        return [*lets, *self.block(node.body), *([] if _yields(node) else ["return null;"])]

    def function(self, node: ast.FunctionDef) -> list[str]:
        texts, names = self.parameters(node.args)
        name, star = _named(node.name), "*" if _yields(node) else ""
        lines = [f"function{star} {name}({texts}) {{", *self.body(node), "}"]
        if any("cache" in ast.unparse(it) for it in node.decorator_list):
            lines.append(f"{name} = $.remembered({name});")
        return [*lines, f"{name}.params = {names};"]

    def class_(self, node: ast.ClassDef) -> list[str]:
        name = _named(node.name)
        fields = [it for it in node.body if isinstance(it, ast.AnnAssign)]
        named = (ast.unparse(base).partition("[")[0] for base in node.bases)
        bases = [base for base in named if base not in ("NamedTuple", "Result")]
        base = TYPES.get(bases[0], bases[0]) if bases else "Tuple" if fields else "Thing"
        lines = [f"const {name} = $.made(class {name} extends {base} {{"]
        params = []
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                lines += self.method(method)
                names = self.parameters(method.args, 1)[1]
                params.append(f"{json.dumps(_member(method.name))}: {names}")
        described = (
            f"[{json.dumps(ast.unparse(it.target))}, "
            f"{f'() => {self.of(it.value)}' if it.value else 'null'}]"
            for it in fields
        )
        return [*lines, f"}}, {{{', '.join(params)}}}, [{', '.join(described)}]);"]

    def method(self, node: ast.FunctionDef) -> list[str]:
        kinds = {ast.unparse(it) for it in node.decorator_list}
        head = "static " if "classmethod" in kinds else "get " if kinds else ""
        star = "*" if _yields(node) else ""
        body = [f"const {_named(node.args.args[0].arg)} = this;", *self.body(node)]
        if "cached_property" in kinds:
            body = [f"return $.kept(this, {json.dumps(node.name)}, () => {{", *body, "});"]
        texts, _ = self.parameters(node.args, 1)
        return [f"{head}{star}{_member(node.name)}({texts}) {{", *body, "}"]

    # ---- expressions ----------------------------------------------------------------------

    def condition(self, node: ast.expr) -> str:
        match node:
            case ast.Compare() | ast.UnaryOp(ast.Not()) | ast.Call(ast.Name("any" | "all")):
                return self.of(node)
        return f"$.truth({self.of(node)})"

    def of(self, node: ast.AST) -> str:
        match node:
            case ast.Constant(value):
                return json.dumps(value)
            case ast.Name(name):
                return _named(name)
            case ast.JoinedStr(values):
                return f"`{''.join(map(self.piece, values))}`"
            case ast.Attribute(value, name):
                return f"$.attribute({self.of(value)}, {json.dumps(_member(name))})"
            case ast.Subscript(value, ast.Slice(low, high, step)):
                ends = (self.of(it) if it else "null" for it in (low, high, step))
                return f"$.cut({self.of(value)}, {', '.join(ends)})"
            case ast.Subscript(value, at):
                return f"$.item({self.of(value)}, {self.of(at)})"
            case ast.Tuple(parts) | ast.List(parts):
                return f"[{', '.join(map(self.of, parts))}]"
            case ast.Set(parts):
                return f"$.set([{', '.join(map(self.of, parts))}])"
            case ast.Dict(keys, values):
                pairs = (
                    f"[{self.of(key)}, {self.of(value)}]" if key else f"...{self.of(value)}.items()"
                    for key, value in zip(keys, values, strict=True)
                )
                return f"$.dict([{', '.join(pairs)}])"
            case ast.Starred(value):
                return f"...{self.of(value)}"
            case ast.BoolOp(operator, [*first, last]):
                text = self.of(last)
                name = "$.both" if isinstance(operator, ast.And) else "$.either"
                for value in first[::-1]:
                    text = f"{name}({self.of(value)}, () => {text})"
                return text
            case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
                return f"$.{OPERATORS[type(operator)]}({self.of(left)}, {self.of(right)})"
            case ast.UnaryOp(ast.Not(), value):
                return f"!{self.condition(value)}"
            case ast.UnaryOp(ast.USub(), value):
                return f"-{self.of(value)}"
            case ast.Compare(left, operators, rights):
                links = zip(operators, [left, *rights], rights, strict=False)
                return f"({' && '.join(self.comparison(*pair) for pair in links)})"
            case ast.IfExp(test, body, orelse):
                return f"({self.condition(test)} ? {self.of(body)} : {self.of(orelse)})"
            case ast.NamedExpr(target, value):
                return f"({_named(target.id)} = {self.of(value)})"
            case ast.Call(keywords=keywords) if all(it.arg for it in keywords):
                return self.call(node)
            case ast.Lambda(arguments, body):
                return f"(({self.parameters(arguments)[0]}) => {self.of(body)})"
            case ast.GeneratorExp(part, generators):
                return self.comprehension(self.of(part), generators)
            case ast.ListComp(part, generators):
                return f"$.list({self.comprehension(self.of(part), generators)})"
            case ast.SetComp(part, generators):
                return f"$.set({self.comprehension(self.of(part), generators)})"
            case ast.DictComp(key, value, generators):
                pair = f"[{self.of(key)}, {self.of(value)}]"
                return f"$.dict({self.comprehension(pair, generators)})"
            case ast.Yield(value):
                return f"yield {self.of(value) if value else 'null'}"
            case ast.YieldFrom(value):
                return f"yield* {self.of(value)}"
        raise self.refuse(node)

    def piece(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(str(text)):
                escaped = text.replace("\\", "\\\\").replace("`", "\\`")
                return escaped.replace("${", "\\${")
            case ast.FormattedValue(value, -1, None):
                return f"${{$.str({self.of(value)})}}"
        raise self.refuse(node)

    def comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> str:
        negated = NEGATED.get(type(operator))
        name = f"!$.{negated}" if negated else f"$.{OPERATORS[type(operator)]}"
        return f"{name}({self.of(left)}, {self.of(right)})"

    def call(self, node: ast.Call) -> str:
        arguments = [self.of(it) for it in node.args]
        match node.func:
            case ast.Attribute(ast.Call(ast.Name("super")), name):
                function = f"super.{_member(name)}"
            case ast.Attribute(value, name) if not node.keywords:
                function = f"{self.of(value)}.{_member(name)}"
            case function_:
                function = self.of(function_)
        if node.keywords:
            named = (f"{json.dumps(it.arg)}: {self.of(it.value)}" for it in node.keywords)
            arguments = [function, f"{{{', '.join(named)}}}", *arguments]
            function = "$.call"
        return f"{function}({', '.join(arguments)})"

    def comprehension(self, part: str, generators: Sequence[ast.comprehension]) -> str:
        text = f"yield {part};"
        for it in reversed(generators):
            for test in reversed(it.ifs):
                text = f"if ({self.condition(test)}) {text}"
            text = f"for (const {self.pattern(it.target)} of {self.of(it.iter)}) {{ {text} }}"
        return f"(function* () {{ {text} }})()"


def _named(name: str) -> str:
    return f"{name}_" if name in RESERVED else name


def _member(name: str) -> str:
    return f"{name}_" if name in OTHERWISE else name


def _own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what statements hold, but not what functions and classes in them do."""
    for node in nodes:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _own(ast.iter_child_nodes(node))


def _bound(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names that statements of a function give a value to."""
    own = [*_own(nodes)]
    inner = (ast.walk(it.target) for it in own if isinstance(it, ast.comprehension))
    apart = {*chain.from_iterable(inner)}
    found: dict[str, None] = {}
    for node in own:
        match node:
            case ast.Name(name, ast.Store()) if node not in apart:
                found[_named(name)] = None
            case ast.ExceptHandler(name=str(name)):
                found[_named(name)] = None
    return [*found]


def _let(names: Sequence[str]) -> list[str]:
    return [f"let {', '.join(names)};"] if names else []


def _yields(node: ast.FunctionDef) -> bool:
    """Return whether a function is a generator."""
    return any(isinstance(it, (ast.Yield, ast.YieldFrom)) for it in _own(node.body))
