"""Numbers by their addresses, for the kernel: arrays that differ by kind would have their references counted."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _access(width: Any, kind: Any) -> Any:
    """Intrinsics that read, and write, the number in a place behind an address."""

    def pointer(builder: Any, args: Any) -> Any:
        return builder.gep(builder.inttoptr(args[0], width.as_pointer()), [args[1]])

    def read(context: Any, address: Any, place: Any) -> Any:
        def code(target: Any, builder: Any, signature: Any, args: Any) -> Any:
            found = builder.load(pointer(builder, args))
            return found if kind is types.float64 else builder.sext(found, ir.IntType(64))

        return kind(types.int64, types.int64), code

    def write(context: Any, address: Any, place: Any, value: Any) -> Any:
        def code(target: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = args[2] if kind is types.float64 else builder.trunc(args[2], width)
            builder.store(number, pointer(builder, args))
            return target.get_dummy_value()

        return types.void(types.int64, types.int64, kind), code

    return intrinsic(read), intrinsic(write)


number_at, put_number = _access(ir.DoubleType(), types.float64)
whole_at, put_whole = _access(ir.IntType(64), types.int64)
byte_at, put_byte = _access(ir.IntType(8), types.int64)
