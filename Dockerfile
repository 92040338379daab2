# homeward in a container: pinned wheels only, no compiler, no root. docs/operating.md says how to run it.
#
#     docker build -t homeward .
#     docker run -d --name homeward --network host -v homeward:/var/lib/homeward homeward
#
# All of homeward's doors are on loopback, so the container shares the host's network instead of publishing ports.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/homeward \
 && /opt/homeward/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements.lock
COPY src src
# The sources are put on the path as they are, as `make install` does: nothing is built.
RUN cp -r src /opt/homeward/src \
 && /opt/homeward/bin/python -c 'import pathlib, sysconfig; \
pathlib.Path(sysconfig.get_path("purelib"), "homeward.pth").write_text("/opt/homeward/src\n")' \
 && /opt/homeward/bin/python -m compileall -q /opt/homeward/src \
 && /opt/homeward/bin/python -m homeward --version

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="homeward" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /var/lib/homeward --create-home --shell /usr/sbin/nologin homeward
COPY --from=build /opt/homeward /opt/homeward
ENV PATH=/opt/homeward/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 HOMEWARD_FOLDER=/var/lib/homeward/hub
USER homeward
WORKDIR /var/lib/homeward
VOLUME /var/lib/homeward
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import json, urllib.request as u; a = u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:8420/api/health', timeout=4); raise SystemExit(not json.load(a)['well'])"]
ENTRYPOINT ["python", "-m", "homeward"]
CMD ["up", "--log-json"]
