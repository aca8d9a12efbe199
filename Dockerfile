# ip-adapter as an image: hashed packages only, a user without rights, no secret inside.
#
#   docker build -t ip-adapter .
#   docker run -p 8080:8080 -v ip-adapter:/data -e ADAPTER_TOKEN=… ip-adapter
#
# It listens on all addresses of the container, so a token is asked for (docs/decisions/0005-synthetic-by-default.md).
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /app
COPY requirements.lock ./
RUN /app/bin/pip install --no-deps --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY adapter ./adapter
RUN /app/bin/pip install --no-index --no-deps --no-build-isolation . && /app/bin/pip uninstall --yes pip setuptools

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="ip-adapter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="Carries needs, coordinators and individual plans between hospitals and municipalities"
RUN groupadd --system --gid 10001 adapter \
 && useradd --system --uid 10001 --gid adapter --home-dir /data --no-create-home --shell /usr/sbin/nologin adapter \
 && install --directory --owner adapter --group adapter --mode 0700 /data
COPY --from=build /app /app
COPY server.py /app/server.py
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ADAPTER_HOST=0.0.0.0 \
    ADAPTER_PORT=8080 \
    ADAPTER_DATABASE_URL=sqlite:////data/adapter.db \
    ADAPTER_EXCHANGE=/data/exchange
USER adapter
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['ADAPTER_PORT']}/health/live\", timeout=2)"]
ENTRYPOINT ["ip-adapter"]
CMD ["run"]
