# SPDX-License-Identifier: Apache-2.0
# A thin front: everything is in meson.build and the scripts. BUILD=folder builds elsewhere.
BUILD ?= build
PREFIX ?= /usr/local
SHARED ?= ../shared

.PHONY: all build check proof bench bench-record bench-cost bench-workers bench-desk faults fuzz train accuracy calibrate parties backoff eval-parse format install deb boot-test clean
all: build

$(BUILD)/build.ninja:
	meson setup $(BUILD) --prefix=$(PREFIX) >/dev/null || { cat $(BUILD)/meson-logs/meson-log.txt; exit 1; }

build: $(BUILD)/build.ninja
	ninja -C $(BUILD)

check:
	./check

# Four workers and a queue of three nodes, broken on the way, against one machine: the same bytes. ARTICLES=20000
proof: build
	python3 tests/cluster.py --program $(BUILD)/demarche --articles $${ARTICLES:-20000} --every 5

bench: build
	python3 bench/bench.py --program $(BUILD)/demarche
	python3 bench/workers.py --program $(BUILD)/demarche --shared $(SHARED) --rounds 3
	python3 bench/cost.py --program $(BUILD)/demarche --generate $(BUILD)/dm-generate --shared $(SHARED) --events $${N:-1000000} --whole 100000 \
	    --points $(BUILD)/cost.tsv --doc $(BUILD)/cost.md --svg $(BUILD)/cost.svg

# What docs/cost.md and docs/cost.svg show: half an hour on two quiet cores, 13 GB of disk for a while
bench-cost: build
	python3 bench/cost.py --program $(BUILD)/demarche --generate $(BUILD)/dm-generate --shared $(SHARED) --points $(BUILD)/cost.tsv

# A worker between queue and record against bare coding; two workers against one
bench-workers: build
	python3 bench/workers.py --program $(BUILD)/demarche --shared $(SHARED)

# N events, one million unless told; RECORD=file keeps the record, or asks one that is there
bench-record: build
	python3 bench/record.py --program $(BUILD)/demarche --generate $(BUILD)/dm-generate --events $${N:-1000000} $${RECORD:+--record $$RECORD}

# The desk's answers on a record, one by one: RECORD=...
bench-desk: build
	python3 bench/desk.py --program $(BUILD)/demarche $(RECORD)

# FUZZ_SECONDS for each target
fuzz:
	tools/fuzz.sh build-fuzz $${FUZZ_SECONDS:-60}

# Every fault of tests/faults, not a sample: an hour or two. SHARE=0.1 tries a tenth; KILLS=1000 kills behind it.
faults: build
	python3 tests/faults/run.py $(BUILD) --parts sweep,damage,disk,desk,clock --share $${SHARE:-1}
	python3 tests/kill.py --program $(BUILD)/demarche --shared $(SHARED) --times $${KILLS:-1000}

# Writes data/model/english.dmm; see tools/train.md for what it reads and how long it takes.
train: build
	tools/train.sh $(BUILD) $(SHARED)

# Prints every figure and writes those of docs/accuracy.md anew.
accuracy: build
	python3 bench/accuracy.py --program $(BUILD)/demarche --shared $(SHARED) --doc docs/accuracy.md

# Writes data/model/parties.tsv, the trained choice of parties: once with the rules' parties before each event, once with its own.
parties: build
	python3 tools/train_parties.py --empty && ninja -C $(BUILD)
	for round in 1 2; do python3 tools/train_parties.py --build $(BUILD) --shared $(SHARED) && ninja -C $(BUILD) || exit 1; done

# Writes data/model/words.tsv and data/model/backoff.tsv (needs the Debian package wordnet-base); after changes to the frames.
backoff: build
	python3 tools/train_words.py --shared $(SHARED) && ninja -C $(BUILD)
	python3 tools/train_backoff.py --build $(BUILD) --shared $(SHARED) && ninja -C $(BUILD)

# Writes data/model/confidence.tsv from the training articles, the development half of tests/gold and the seeds; after changes to the engine, before `make accuracy`.
calibrate: build
	python3 tools/calibrate.py --build $(BUILD) --shared $(SHARED)
	ninja -C $(BUILD)

# CONLLU=file scores another treebank
eval-parse: build
	$(BUILD)/dm-eval-parse data/model/english.dmm $${CONLLU:-$(SHARED)/treebanks/en_ewt-ud-dev.conllu $(SHARED)/treebanks/gum_open-dev.conllu}

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

# DESTDIR=folder puts it there instead; PREFIX is that of `make build`
install: build
	meson install -C $(BUILD) --no-rebuild

# Debian packages into build-deb/ (needs debhelper; tools/deps.sh check installs it)
deb:
	tools/deb.sh build-deb

# Boots a bare Debian 12 and installs, runs, upgrades and purges the packages there (root; debootstrap makes it in build-boot/, once)
boot-test: deb
	tools/deps.sh boot
	python3 tests/boot.py --debs build-deb

clean:
	rm -rf build build-*
