#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flink run --python code.py INPUT OUT: as spark/code.py, as a stream. Flink has no pipe(): each subtask keeps one demarche beside it, gives it a line
and takes the answer, which is there before the next line goes in; so a checkpoint never has lines inside the process, and a
process that dies fails the subtask, which Flink starts again from the last checkpoint. One core a subtask: raise the parallelism."""
import contextlib
import json
import os
import subprocess
import sys


class Coder:
    """demarche code --pipe, line by line."""

    def __init__(self, program=None):
        self.program = program or os.environ.get("DEMARCHE", "/usr/local/bin/demarche")
        self.process = None

    def open(self):
        self.process = subprocess.Popen([self.program, "code", "--pipe", "--as", "docs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def map(self, document):
        """One document (JSON, without line ends) in, one answer out."""
        self.process.stdin.write(document.replace("\n", " ").encode() + b"\n") # a line end in it would be two questions
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.endswith(b"\n"):
            raise RuntimeError(f"demarche ended with {self.process.wait()}")
        return answer.decode().rstrip("\n")

    def close(self):
        """Also after a failure: a process that is dead has nothing to say about it twice."""
        process, self.process = self.process, None
        if process:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
            process.wait()


def events(answer):
    """The events of one answer; of a bad line none."""
    return json.loads(answer).get("events", [])


def main():
    from pyflink.common import Types, WatermarkStrategy
    from pyflink.common.serialization import Encoder
    from pyflink.datastream import StreamExecutionEnvironment
    from pyflink.datastream.connectors.file_system import FileSink, FileSource, StreamFormat
    from pyflink.datastream.functions import MapFunction

    class Code(MapFunction):
        def open(self, runtime_context):
            self.coder = Coder()
            self.coder.open()

        def map(self, value):
            return self.coder.map(value)

        def close(self):
            self.coder.close()

    source, out = sys.argv[1:]
    env = StreamExecutionEnvironment.get_execution_environment()
    lines = FileSource.for_record_stream_format(StreamFormat.text_line_format(), source).build()
    sink = FileSink.for_row_format(out, Encoder.simple_string_encoder()).build()
    env.from_source(lines, WatermarkStrategy.no_watermarks(), "documents").map(Code(), output_type=Types.STRING()).sink_to(sink)
    env.execute("demarche")


if __name__ == "__main__":
    main()
