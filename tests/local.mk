# SPDX-License-Identifier: MPL-2.0
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	LB_SRC='$(abs_top_srcdir)'; export LB_SRC; \
	LB_BUILD='$(abs_top_builddir)'; export LB_BUILD; \
	NM='$(NM)'; export NM; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	ASAN_OPTIONS='abort_on_error=0'; export ASAN_OPTIONS; \
	TSAN_OPTIONS='suppressions=$(abs_top_srcdir)/tests/tsan.supp'; \
	export TSAN_OPTIONS;

include $(srcdir)/tests/tools.mk
include $(srcdir)/tests/fuzz.mk
include $(srcdir)/tests/bench.mk

TESTS += tests/layers.sh tests/purity.sh
EXTRA_DIST += tests/form.sh tests/layers.sh tests/purity.sh \
	tests/sanitize.sh tests/tsan.supp tests/lsan.supp \
	tests/tools/record-cluster.sh

# Folders of test data, as far as they have any: whole, without a list to keep.
dist-hook:
	for d in unit e2e scenario golden fuzz bench; do \
	    if test -d $(srcdir)/tests/$$d; then \
	        mkdir -p $(distdir)/tests/$$d && \
	        cp -R $(srcdir)/tests/$$d/. $(distdir)/tests/$$d/ || exit 1; \
	    fi; \
	done
	for f in demo.sh; do \
	    test ! -f $(srcdir)/tests/$$f || \
	        cp $(srcdir)/tests/$$f $(distdir)/tests/$$f || exit 1; \
	done
