# SPDX-License-Identifier: Apache-2.0
# export_readers.R FOLDER: what R makes of the exports: haven for dta, read.csv and read.delim for the others, held against one another.
folder <- commandArgs(trailingOnly = TRUE)[1]
file <- function(name) file.path(folder, paste0("events.", name))
rows <- read.csv(file("csv"), colClasses = "character", na.strings = character(), encoding = "UTF-8")
stopifnot(nrow(rows) > 100, any(startsWith(rows$cameo, "0")))
icews <- read.delim(file("icews"), quote = "", colClasses = "character", na.strings = character(), encoding = "UTF-8")
polecat <- read.delim(file("polecat"), quote = "", colClasses = "character", na.strings = "None", encoding = "UTF-8")
gdelt <- read.delim(file("gdelt"), header = FALSE, quote = "", colClasses = "character", na.strings = character(), encoding = "UTF-8")
stopifnot(ncol(icews) == 20, ncol(polecat) == 40, ncol(gdelt) == 61, !any(duplicated(gdelt$V1)))
stopifnot(all(icews$CAMEO.Code %in% rows$cameo), all(gdelt$V27 %in% rows$cameo))
if (!requireNamespace("haven", quietly = TRUE)) {
    cat("R: csv, icews, gdelt, polecat\nskipped: haven is not installed (apt install r-cran-haven)\n")
    quit(status = 0)
}
dta <- haven::read_dta(file("dta"))
stopifnot(nrow(dta) == nrow(rows), identical(names(dta), names(rows)))
for (column in c("id", "cameo", "actor", "recipient", "text", "aux", "actor_ccode"))
    stopifnot(identical(as.vector(dta[[column]]), rows[[column]]))
days <- ifelse(is.na(dta$date), "", format(dta$date, "%Y-%m-%d"))
stopifnot(inherits(dta$date, "Date"), identical(days, rows$date))
numbers <- ifelse(is.na(dta$ccode1), "", as.character(dta$ccode1))
stopifnot(identical(numbers, rows$ccode1))
stopifnot(attr(dta$cameo, "label") == "CAMEO code", attr(dta$quad_code, "labels")[["verbal conflict"]] == 3)
cat("R", as.character(getRversion()), "with haven", as.character(packageVersion("haven")), ": csv, dta, icews, gdelt, polecat\n")
