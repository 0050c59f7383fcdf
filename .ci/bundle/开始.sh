#!/bin/sh
# 用找到的 Python 3.11 到 3.14 启动；另有的可以这样指明：PYTHON=/opt/python3.12/bin/python3 ./开始.sh
here=$(cd "$(dirname "$0")" && pwd) || exit 2
for python in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        exec "$python" "$here/start.py" "$@"
    fi
done
echo "没有找到 Python 3.11 到 3.14（64 位），请先安装" >&2
exit 2
