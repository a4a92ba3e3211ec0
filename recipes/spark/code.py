#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""spark-submit code.py INPUT OUT: INPUT holds JSONL documents ({"id", "text", "date", ...}, one a line), OUT gets one line a document:
{"number", "doc", "events": [...]} or {"number", "error"}. Every partition runs one demarche, which reads its lines and answers each. DEMARCHE is
the program's full path on the workers: pipe() gives the process an empty environment."""
import json
import os
import sys


def command(program=None):
    """What RDD.pipe() runs: split by it as a shell would, without a shell."""
    return f"{program or os.environ.get('DEMARCHE', '/usr/local/bin/demarche')} code --pipe --as docs"


def events(line):
    """The events of one answer, each still its own JSON object; of a bad line none."""
    return json.loads(line).get("events", [])


def main():
    from pyspark.sql import SparkSession
    source, out = sys.argv[1:]
    spark = SparkSession.builder.appName("demarche").getOrCreate()
    answers = spark.sparkContext.textFile(source).pipe(command(), checkCode=True)
    answers.saveAsTextFile(out)
    spark.stop()


if __name__ == "__main__":
    main()
