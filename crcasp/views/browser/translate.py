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
    **{ast.Pow: "pow", ast.LShift: "shl"},
    **{ast.Eq: "eq", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.In: "within"},
}
NEGATED: dict[type[ast.AST], type[ast.AST]] = {ast.NotEq: ast.Eq, ast.NotIn: ast.In}
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
    done: dict[str, str] = {}

    def add(module: str) -> None:
        if module in found and module not in done:
            done[module] = ""
            for other in _module(module).needed(sorted(found[module])):
                add(other)
            del done[module]
            done[module] = _module(module).text(found[module])

    for module in found:
        add(module)
    return "\n".join(done.values())


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
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for it in node.names:
                    self.imports[it.asname or it.name] = (str(node.module), it.name)
            elif isinstance(node, ast.Import):
                self.imports |= {it.asname or it.name: (it.name, "") for it in node.names}
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign):
                names = (it.id for it in ast.walk(node.targets[0]) if isinstance(it, ast.Name))
                self.definitions |= dict.fromkeys(names, node)
            elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) != "TypeAlias":
                self.definitions[ast.unparse(node.target)] = node

    def used(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Yield what a definition uses, each name with its module."""
        for part in _without_types(node):
            if isinstance(part, ast.Name):
                if part.id in self.definitions:
                    yield self.name, part.id
                elif part.id in self.imports:
                    yield self.imports[part.id]
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                module, name = self.imports.get(part.value.id, ("", ""))
                if _path(f"{module}.{name}"):
                    yield f"{module}.{name}", part.attr

    def needed(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the modules that definitions use."""
        for name in names:
            yield from (module for module, _ in self.used(self.definitions[name]))

    def text(self, names: set[str]) -> str:
        """Return definitions in JavaScript."""
        nodes = dict.fromkeys(node for name, node in self.definitions.items() if name in names)
        text = _Translator(self)
        body = [line for node in nodes for line in text.statement(node)]
        used = {part.id for it in nodes for part in ast.walk(it) if isinstance(part, ast.Name)}
        imports = [self._import(name) for name in sorted(used & self.imports.keys())]
        lines = [f"define({json.dumps(self.name)}, () => {{", *imports, *body]
        return "\n".join([*lines, f"return {{{', '.join(map(_named, sorted(names)))}}};", "});"])

    def _import(self, name: str) -> str:
        module, there = self.imports[name]
        text = json.dumps(module)
        whole = f"modules[{json.dumps(f'{module}.{there}' if there else module)}]"
        part = f"modules[{text}]?.{_named(there)}" if there else "undefined"
        return f"const {_named(name)} = {part} ?? {whole};"


def _without_types(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, without annotations."""
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _without_types(part)


def _named(name: str) -> str:
    return f"{name}_" if name in RESERVED else name


def _member(name: str) -> str:
    return f"{name}_" if name in OTHERWISE else name


def _bound(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names that statements of a function give a value to."""
    found: dict[str, None] = {}

    def visit(node: ast.AST, comprehended: bool) -> None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not comprehended:
            found[node.id] = None
        elif isinstance(node, ast.NamedExpr):
            found[node.target.id] = None
            visit(node.value, comprehended)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found[node.name] = None
        if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.NamedExpr)):
            return
        for part in ast.iter_child_nodes(node):
            visit(part, comprehended or isinstance(node, ast.comprehension))

    for node in nodes:
        visit(node, False)
    return list(found)


class _Translator:
    def __init__(self, module: _Module) -> None:
        self.module = module

    def refuse(self, node: ast.AST) -> UsageError:
        line = getattr(node, "lineno", 0)
        kind = type(node).__name__
        return UsageError(f"{self.module.name}:{line}: a page cannot have {kind}.")

    # ---- statements -----------------------------------------------------------------------

    def block(self, nodes: Sequence[ast.stmt]) -> list[str]:
        return [line for node in nodes for line in self.statement(node)]

    def statement(self, node: ast.AST) -> list[str]:
        match node:
            case ast.Expr(value):
                return [] if isinstance(value, ast.Constant) else [f"{self.of(value)};"]
            case ast.Return(value):
                return [f"return {self.of(value) if value else 'null'};"]
            case ast.Assign() | ast.AnnAssign():
                return self.assignment(node)
            case ast.AugAssign(target, operator, value) if type(operator) in OPERATORS:
                name = f"$.i{OPERATORS[type(operator)]}"
                load = ast.parse(ast.unparse(target), mode="eval").body
                return [self.store(target, f"{name}({self.of(load)}, {self.of(value)})")]
            case ast.If(test, body, orelse):
                other = ["} else {", *self.block(orelse)] if orelse else []
                return [f"if ({self.condition(test)}) {{", *self.block(body), *other, "}"]
            case ast.While(test, body, orelse):
                after = self.block(orelse)
                lines = [f"while ({self.condition(test)}) {{", *self.block(body), "}"]
                return self.otherwise(lines, body, after)
            case ast.For(target, it, body, orelse):
                first, more = self.pattern(target)
                lines = [f"for ({first} of {self.of(it)}) {{", *more, *self.block(body), "}"]
                return self.otherwise(lines, body, self.block(orelse))
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

    def otherwise(self, loop: list[str], body: list[ast.stmt], after: list[str]) -> list[str]:
        """Return a loop, with what follows where nothing broke it."""
        if not after:
            return loop
        return ["otherwise: {", *("break otherwise;" if it == "break;" else it for it in loop),
                *after, "}"]  # fmt: skip

    def attempt(self, body: list[ast.stmt], handlers: list[ast.ExceptHandler]) -> list[str]:
        lines = ["try {", *self.block(body), "} catch ($error) {"]
        for handler in handlers:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            tests = (f"$error instanceof {self.of(kind)}" for kind in kinds if kind)
            named = [f"{_named(handler.name)} = $error;"] if handler.name else []
            lines += [f"if ({' || '.join(tests)}) {{", *named, *self.block(handler.body)]
            lines.append("} else")
        return [*lines, "throw $error;", "}"]

    def assignment(self, node: ast.Assign | ast.AnnAssign) -> list[str]:
        if node.value is None or ast.unparse(node.value).startswith("TypeVar("):
            return []
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        outer = node in self.module.definitions.values()
        value = self.of(node.value)
        if len(targets) > 1:
            return [f"{' = '.join(self.of(target) for target in targets)} = {value};"]
        return [f"{'const ' * outer}{self.store(targets[0], value)}"]

    def store(self, target: ast.expr, value: str) -> str:
        if isinstance(target, ast.Subscript):
            return f"$.put({self.of(target.value)}, {self.of(target.slice)}, {value});"
        first, more = self.pattern(target, value)
        return " ".join([f"{first} = {value};" if not more else "", *more]).strip()

    def pattern(self, target: ast.expr, value: str = "") -> tuple[str, list[str]]:
        """Return what takes a value, and what takes it apart afterwards."""
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = target.elts
            stars = [at for at, it in enumerate(parts) if isinstance(it, ast.Starred)]
            if stars and stars[0] < len(parts) - 1:
                names = ", ".join(
                    self.of(it.value if isinstance(it, ast.Starred) else it) for it in parts
                )
                apart = f"$.apart({value or '$all'}, {stars[0]}, {len(parts) - 1 - stars[0]})"
                return "let $all" if not value else "", [f"[{names}] = {apart};"]
            taken = (self.pattern(it)[0] for it in parts)
            return f"[{', '.join('' if name == '_' else name for name in taken)}]", []
        if isinstance(target, ast.Starred):
            return f"...{self.of(target.value)}", []
        if isinstance(target, ast.Attribute):
            return f"{self.of(target.value)}.{_member(target.attr)}", []
        if isinstance(target, ast.Name):
            return _named(target.id), []
        raise self.refuse(target)

    # ---- functions and classes ----------------------------------------------------------------

    def parameters(self, of: ast.arguments, skip: int = 0) -> tuple[str, list[str], list[str]]:
        """Return parameters, their names, and what begins the body of the function."""
        plain = [*of.posonlyargs, *of.args][skip:]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(of.defaults))
        pairs = [*zip(plain, [*defaults, *of.defaults], strict=True)]
        named = [*zip(of.kwonlyargs, of.kw_defaults, strict=True)]
        first: list[str] = []
        rest: list[str] = []
        if of.vararg:
            rest = [f"...{_named(of.vararg.arg)}"]
            if named:
                first.append(f"const $named = $.named({_named(of.vararg.arg)});")
            for it, default in named:
                value = self.of(default) if default else "undefined"
                first.append(f"const {_named(it.arg)} = $named.{it.arg} ?? {value};")
        else:
            pairs += named
        texts = [
            f"{_named(it.arg)} = {self.of(default)}" if default else _named(it.arg)
            for it, default in pairs
        ]
        names = [] if of.vararg and named else [it.arg for it, _ in pairs]
        return ", ".join([*texts, *rest]), names, first

    def body(self, node: ast.FunctionDef, first: Iterable[str] = ()) -> list[str]:
        own = {it.arg for it in [*node.args.args, *node.args.kwonlyargs]}
        names = [_named(name) for name in _bound(node.body) if name not in own]
        nested = [it for it in ast.walk(node) if isinstance(it, (ast.Import, ast.ImportFrom))]
        imported = {it.asname or it.name for found in nested for it in found.names}
        imports = [self.module._import(name) for name in sorted(imported)]
        lets = [f"let {', '.join(names)};"] if names else []
        end = [] if _yields(node) else ["return null;"]
        return [*first, *imports, *lets, *self.block(node.body), *end]

    def function(self, node: ast.FunctionDef) -> list[str]:
        texts, names, first = self.parameters(node.args)
        name, star = _named(node.name), "*" if _yields(node) else ""
        lines = [f"function{star} {name}({texts}) {{", *self.body(node, first), "}"]
        if any("cache" in ast.unparse(it) for it in node.decorator_list):
            lines.append(f"{name} = $.remembered({name});")
        return [*lines, f"{name}.params = {json.dumps(names)};"] if names else lines

    def class_(self, node: ast.ClassDef) -> list[str]:
        name, bases = (
            _named(node.name),
            [ast.unparse(base).partition("[")[0] for base in node.bases],
        )
        fields = [it for it in node.body if isinstance(it, ast.AnnAssign)]
        record = "NamedTuple" in bases or any("dataclass" in ast.unparse(it)
                                              for it in node.decorator_list)  # fmt: skip
        known = [base for base in bases if base not in ("NamedTuple", "Result", "Generic")]
        base = TYPES.get(known[0], known[0]) if known else "Tuple" if record else "Thing"
        lines = [f"const {name} = $.made(class {name} extends {base} {{"]
        params = []
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                lines += self.method(method)
                names = self.parameters(method.args, 1)[1]
                params.append(f"{json.dumps(_member(method.name))}: {json.dumps(names)}")
        described = []
        if record:
            for it in fields:
                assert isinstance(it.target, ast.Name)
                described.append(f"[{json.dumps(it.target.id)}, {self.default(it.value)}]")
        return [*lines, f"}}, {{{', '.join(params)}}}, [{', '.join(described)}]);"]

    def default(self, value: ast.expr | None) -> str:
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
            value = next((it.value for it in value.keywords if it.arg == "default"), None)
        return f"() => {self.of(value)}" if value else "null"

    def method(self, node: ast.FunctionDef) -> list[str]:
        texts, _, first = self.parameters(node.args, 1)
        kinds = {ast.unparse(it) for it in node.decorator_list}
        head = "static " if "classmethod" in kinds else "get " if kinds else ""
        star = "*" if _yields(node) else ""
        own = [f"const {_named(node.args.args[0].arg)} = this;", *first]
        body = self.body(node, own)
        if "cached_property" in kinds:
            body = [f"return $.kept(this, {json.dumps(node.name)}, () => {{", *body, "});"]
        return [f"{head}{star}{_member(node.name)}({texts}) {{", *body, "}"]

    # ---- expressions ----------------------------------------------------------------------

    def condition(self, node: ast.expr) -> str:
        match node:
            case ast.BoolOp(operator, values):
                joint = " && " if isinstance(operator, ast.And) else " || "
                return f"({joint.join(map(self.condition, values))})"
            case ast.UnaryOp(ast.Not(), value):
                return f"!{self.condition(value)}"
            case ast.Compare() | ast.Call(ast.Name(id="any" | "all" | "isinstance" | "bool")):
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
            case ast.Attribute(value, name, ast.Load()):
                return f"$.attribute({self.of(value)}, {json.dumps(_member(name))})"
            case ast.Attribute(value, name):
                return f"{self.of(value)}.{_member(name)}"
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
            case ast.BoolOp() | ast.Compare() | ast.BinOp() | ast.UnaryOp():
                return self.operation(node)
            case ast.IfExp(test, body, orelse):
                return f"({self.condition(test)} ? {self.of(body)} : {self.of(orelse)})"
            case ast.NamedExpr(target, value):
                return f"({_named(target.id)} = {self.of(value)})"
            case ast.Call():
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
        if isinstance(node, ast.Constant):
            text = str(node.value).replace("\\", "\\\\").replace("`", "\\`")
            return text.replace("${", "\\${")
        assert isinstance(node, ast.FormattedValue)
        if node.format_spec:
            return f"${{$.formatted({self.of(node.value)}, {self.of(node.format_spec)})}}"
        return f"${{$.str({self.of(node.value)})}}"

    def operation(self, node: ast.BoolOp | ast.Compare | ast.BinOp | ast.UnaryOp) -> str:
        match node:
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
                pairs = zip(operators, [left, *rights], rights, strict=False)
                return f"({' && '.join(self.comparison(*pair) for pair in pairs)})"
        raise self.refuse(node)

    def comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> str:
        texts = self.of(left), self.of(right)
        if isinstance(operator, (ast.Is, ast.IsNot)):
            sign = "==" if isinstance(operator, ast.Is) else "!="
            return f"({texts[0]}) {sign} ({texts[1]})"
        kind = NEGATED.get(type(operator))
        return f"{'!' * bool(kind)}$.{OPERATORS[kind or type(operator)]}({', '.join(texts)})"

    def call(self, node: ast.Call) -> str:
        arguments = [self.of(it) for it in node.args]
        function = node.func
        if isinstance(function, ast.Attribute):
            name = _member(function.attr)
            if ast.unparse(function.value) == "super()":
                return f"super.{name}({', '.join(arguments)})"
            if node.keywords:
                first = [self.of(function.value), json.dumps(name), self.keywords(node)]
                return f"$.tell({', '.join([*first, *arguments])})"
            return f"{self.of(function.value)}.{name}({', '.join(arguments)})"
        if node.keywords:
            first = [self.of(function), self.keywords(node)]
            return f"$.call({', '.join([*first, *arguments])})"
        return f"{self.of(function)}({', '.join(arguments)})"

    def keywords(self, node: ast.Call) -> str:
        pairs = (
            f"{json.dumps(it.arg)}: {self.of(it.value)}" if it.arg else f"...{self.of(it.value)}"
            for it in node.keywords
        )
        return f"{{{', '.join(pairs)}}}"

    def comprehension(self, part: str, generators: Sequence[ast.comprehension]) -> str:
        text = f"yield {part};"
        for it in reversed(generators):
            for test in reversed(it.ifs):
                text = f"if ({self.condition(test)}) {text}"
            if isinstance(it.target, ast.Name):
                first, more = f"const {_named(it.target.id)}", ""
            else:
                pattern, apart = self.pattern(it.target)
                names = ", ".join(map(_named, _bound([it.target])))
                first = "const $all" if apart else f"const {pattern}"
                more = f"let {names}; {apart[0]} " if apart else ""
            text = f"for ({first} of {self.of(it.iter)}) {{ {more}{text} }}"
        return f"(function* () {{ {text} }})()"


def _yields(node: ast.FunctionDef) -> bool:
    """Return whether a function is a generator."""
    stack: list[ast.AST] = [*node.body]
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(part, (ast.FunctionDef, ast.Lambda)):
            stack += ast.iter_child_nodes(part)
    return False
