@echo off
chcp 65001 >nul
setlocal
set "HERE=%~dp0"
set "PY="
if exist "%HERE%python\python.exe" set "PY=%HERE%python\python.exe"
if not defined PY for %%v in (3.14 3.13 3.12 3.11) do if not defined PY for /f "delims=" %%p in ('py -%%v -c "import sys; print(sys.executable)" 2^>nul') do set "PY=%%p"
if not defined PY for /f "delims=" %%p in ('python -c "import sys; sys.version_info ^>= (3, 11) and print(sys.executable)" 2^>nul') do set "PY=%%p"
if not defined PY goto none
"%PY%" "%HERE%start.py" %*
set "CODE=%ERRORLEVEL%"
if not defined JIXIAO_QUIET pause
exit /b %CODE%

:none
echo 没有找到 Python 3.11 到 3.14（64 位）。
echo 请安装 Python；不能安装的，把“嵌入式”Python（embeddable，64 位）解开到本文件夹的 python 子文件夹，再双击 开始.bat。
if not defined JIXIAO_QUIET pause
exit /b 2
